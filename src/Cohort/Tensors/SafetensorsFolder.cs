using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>
/// Named tensors of a folder, in one safetensors file or in several with an index, as Hugging Face's libraries lay them: model.safetensors, or
/// model-00001-of-00003.safetensors and so on with model.safetensors.index.json. Not thread-safe.
/// </summary>
public sealed class SafetensorsFolder : IDisposable
{
    /// <summary>The name of the one file.</summary>
    public const string SingleFile = "model.safetensors";

    /// <summary>The name of the index of several files.</summary>
    public const string IndexFile = "model.safetensors.index.json";

    /// <summary>The size above which tensors are spread over several files, in bytes: 5 GB, as others do it.</summary>
    public const long DefaultShardBytes = 5_000_000_000;

    private static readonly Dictionary<string, string> Metadata = new() { ["format"] = "pt" };

    private readonly Dictionary<string, SafetensorsFile> _fileOf = [];
    private readonly List<SafetensorsFile> _files = [];

    private SafetensorsFolder(string source) => Source = source;

    /// <summary>The one file, or the index.</summary>
    public string Source { get; }

    /// <summary>The tensors' names.</summary>
    public IReadOnlyCollection<string> Names => _fileOf.Keys;

    /// <summary>Whether a folder has the one file or an index.</summary>
    /// <param name="folder">The folder.</param>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, SingleFile)) || File.Exists(Path.Combine(folder, IndexFile));

    /// <summary>The names of the files that hold a folder's tensors, the index included.</summary>
    /// <inheritdoc cref="Open"/>
    public static IReadOnlyList<string> FileNames(string folder)
    {
        using var opened = Open(folder);
        return [.. opened._files.Select(file => file.Path).Append(opened.Source).Select(path => Path.GetFileName(path)).Distinct()];
    }

    /// <summary>Opens the one file, or where there is none all that the index names, and checks their headers. No tensor is read yet.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="SafetensorsException">A file is malformed, a file of the index is missing, or a tensor lies in none of them or in two.</exception>
    /// <exception cref="IOException">There is neither, or a file cannot be read.</exception>
    public static SafetensorsFolder Open(string folder)
    {
        var single = Path.Combine(folder, SingleFile);
        var opened = new SafetensorsFolder(File.Exists(single) ? single : Path.Combine(folder, IndexFile));
        try
        {
            if (opened.Source == single)
                opened.Add(single);
            else
                opened.AddShards(folder);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes tensors to a folder that exists, so that they load back bit for bit, and deletes what an earlier writing left under other names. Each
    /// file is replaced as a whole.
    /// </summary>
    /// <param name="folder">The folder.</param>
    /// <param name="tensors">Tensors of any shape, strides and device, with unique names, in the order in which they are spread over files.</param>
    /// <param name="type">The type of a tensor in the file, given the tensor's own.</param>
    /// <param name="shardBytes">The largest size of a file's tensors together; a larger tensor has a file of its own.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public static void Write(
        string folder, IEnumerable<(string Name, Tensor Tensor)> tensors, Func<ScalarType, ScalarType> type, long shardBytes = DefaultShardBytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(shardBytes);
        StoredTensor[] all = [.. tensors.Select(entry => new StoredTensor(entry.Name, entry.Tensor, type(entry.Tensor.dtype)))];
        var shards = Spread(all, shardBytes);
        string[] files = shards.Count == 1
            ? [SingleFile]
            : [.. Enumerable.Range(1, shards.Count).Select(number => $"model-{number:D5}-of-{shards.Count:D5}.safetensors")];
        foreach (var (shard, file) in shards.Zip(files))
            new SafetensorsWriter(shard, Metadata).Write(Path.Combine(folder, file));
        if (shards.Count > 1)
        {
            SafetensorsIndex.Write(
                Path.Combine(folder, IndexFile), shards.Zip(files).SelectMany(pair => pair.First.Select(stored => (stored.Name, pair.Second))),
                all.Sum(stored => stored.ByteCount));
        }

        string[] kept = shards.Count == 1 ? files : [.. files, IndexFile];
        foreach (var old in Directory.GetFiles(folder, "model*.safetensors*").Where(path => IsOurs(Path.GetFileName(path), kept)))
            File.Delete(old);
    }

    /// <summary>Whether there is a tensor of this name.</summary>
    /// <param name="name">A tensor's name.</param>
    public bool Contains(string name) => _fileOf.ContainsKey(name);

    /// <summary>The file of a tensor.</summary>
    /// <param name="name">A tensor's name.</param>
    /// <exception cref="SafetensorsException">There is no tensor of this name.</exception>
    public SafetensorsFile FileOf(string name) => _fileOf.TryGetValue(name, out var file)
        ? file
        : throw new SafetensorsException(Source, $"there is no tensor '{name}' among {_fileOf.Count}.");

    /// <summary>Whether two tensors are of one type and shape and have the same bytes; they are compared a mebibyte at a time.</summary>
    /// <param name="one">A tensor's name.</param>
    /// <param name="other">A tensor's name.</param>
    /// <exception cref="SafetensorsException">There is no tensor of a name.</exception>
    public bool SameBytes(string one, string other)
    {
        var (left, right) = (FileOf(one).Entry(one), FileOf(other).Entry(other));
        if (left.Type != right.Type || !left.Shape.SequenceEqual(right.Shape))
            return false;
        using var first = FileOf(one).Bytes(one);
        using var second = FileOf(other).Bytes(other);
        var (a, b) = (new byte[SafetensorsFile.CopyBytes], new byte[SafetensorsFile.CopyBytes]);
        for (var rest = left.ByteCount; rest > 0; rest -= a.Length)
        {
            var part = (int)Math.Min(rest, a.Length);
            first.ReadExactly(a, 0, part);
            second.ReadExactly(b, 0, part);
            if (!a.AsSpan(0, part).SequenceEqual(b.AsSpan(0, part)))
                return false;
        }

        return true;
    }

    /// <summary>Closes the files.</summary>
    public void Dispose()
    {
        foreach (var file in _files)
            file.Dispose();
    }

    // In order, a new file where the next tensor would not fit.
    private static List<List<StoredTensor>> Spread(StoredTensor[] all, long shardBytes)
    {
        var shards = new List<List<StoredTensor>> { new() };
        var size = 0L;
        foreach (var stored in all)
        {
            if (size > 0 && size + stored.ByteCount > shardBytes)
            {
                shards.Add([]);
                size = 0;
            }

            shards[^1].Add(stored);
            size += stored.ByteCount;
        }

        return shards;
    }

    private static bool IsOurs(string file, string[] kept) =>
        !kept.Contains(file) && (file is SingleFile or IndexFile || (file.StartsWith("model-", StringComparison.Ordinal)
            && file.Contains("-of-", StringComparison.Ordinal) && file.EndsWith(".safetensors", StringComparison.Ordinal)));

    private void AddShards(string folder)
    {
        var index = SafetensorsIndex.Read(Source);
        foreach (var name in index.Values.Distinct().Order(StringComparer.Ordinal))
        {
            var path = Path.Combine(folder, name);
            if (!File.Exists(path))
                throw new SafetensorsException(Source, $"it names {SafetensorsHeader.Clip(name)}, which is not there. Copy or download the file too.");
            Add(path);
        }

        foreach (var (tensor, file) in index)
        {
            if (!_fileOf.TryGetValue(tensor, out var found) || Path.GetFileName(found.Path) != file)
                throw new SafetensorsException(
                    Source, $"tensor '{SafetensorsHeader.Clip(tensor)}' should be in {SafetensorsHeader.Clip(file)}, but {(found is null ? "no file has it" : $"is in {Path.GetFileName(found.Path)}")}. "
                    + "The index and the files are of different models; copy or download them again.");
        }
    }

    private void Add(string path)
    {
        var file = SafetensorsFile.Open(path);
        _files.Add(file);
        foreach (var name in file.Names)
        {
            if (!_fileOf.TryAdd(name, file))
                throw new SafetensorsException(
                    path, $"tensor '{SafetensorsHeader.Clip(name)}' is in {Path.GetFileName(_fileOf[name].Path)} too; a tensor lies in one file. Copy or download them again.");
        }
    }
}
