using System.IO.MemoryMappedFiles;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>
/// A file of named tensors in the safetensors format, opened for reading through a memory map. Not thread-safe. A file must not be
/// shortened in place while it is open here; <see cref="Write"/> never does, it renames a new file over the old one.
/// </summary>
public sealed class SafetensorsFile : IDisposable
{
    // Bytes copied at a time between tensor memory and file.
    internal const int CopyBytes = 1 << 20;

    private readonly Dictionary<string, SafetensorsEntry> _entries;
    private readonly MemoryMappedFile _map;
    private readonly long _dataStart;

    private SafetensorsFile(string path, SafetensorsHeader header, MemoryMappedFile map)
    {
        Path = path;
        Names = [.. header.Entries.Select(entry => entry.Name)];
        Metadata = header.Metadata;
        _entries = header.Entries.ToDictionary(entry => entry.Name);
        _dataStart = header.DataStart;
        _map = map;
    }

    /// <summary>The file.</summary>
    public string Path { get; }

    /// <summary>The tensors' names, in the order of their bytes in the file.</summary>
    public IReadOnlyList<string> Names { get; }

    /// <summary>The file's own notes, such as "format": "pt"; empty where there are none.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>Opens a file and checks its whole header. No tensor is read yet.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="SafetensorsException">The file breaks a rule of the format, or has an element type not known here.</exception>
    /// <exception cref="IOException">The file does not exist or cannot be read.</exception>
    public static SafetensorsFile Open(string path)
    {
        var stream = File.OpenRead(path);
        try
        {
            var header = SafetensorsHeader.Read(stream, path);
            var map = MemoryMappedFile.CreateFromFile(
                stream, mapName: null, capacity: 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
            return new(path, header, map);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Writes tensors so that they load back bit for bit: to a temporary file in the same folder, flushed to disk and renamed over
    /// <paramref name="path"/>. Tensors lie as the format's own library lays them, by type, the larger first, then by name; so all are
    /// aligned, and the same tensors give the same file.
    /// </summary>
    /// <param name="path">The file; replaced as a whole, or left as it was where an error occurs.</param>
    /// <param name="tensors">Tensors of any shape, strides and device, with unique names. They are copied a mebibyte at a time.</param>
    /// <param name="metadata">Notes for the header; model files for Hugging Face's libraries need "format": "pt".</param>
    /// <exception cref="ArgumentException">Two tensors have one name, or a name or an element type has no place in the format.</exception>
    /// <exception cref="IOException">The file cannot be written, e.g. because the disk is full.</exception>
    public static void Write(
        string path, IEnumerable<(string Name, Tensor Tensor)> tensors, IReadOnlyDictionary<string, string> metadata) =>
        new SafetensorsWriter(tensors.Select(entry => new StoredTensor(entry.Name, entry.Tensor, entry.Tensor.dtype)), metadata).Write(path);

    /// <summary>Whether the file has a tensor of this name.</summary>
    /// <param name="name">A tensor's name.</param>
    public bool Contains(string name) => _entries.ContainsKey(name);

    /// <summary>What the header says of one tensor.</summary>
    /// <param name="name">A tensor's name.</param>
    /// <exception cref="SafetensorsException">The file has no tensor of this name.</exception>
    public SafetensorsEntry Entry(string name) => _entries.TryGetValue(name, out var entry)
        ? entry
        : throw new SafetensorsException(Path, $"it has no tensor '{name}'; it has {Names.Count}: {FirstNames()}.");

    /// <summary>Reads one tensor.</summary>
    /// <param name="name">A tensor's name.</param>
    /// <returns>A fresh CPU tensor of the entry's shape and type, without gradient, owned by the caller's scope.</returns>
    /// <exception cref="SafetensorsException">The file has no tensor of this name.</exception>
    public Tensor Read(string name)
    {
        var entry = Entry(name);
        using var scope = NewDisposeScope();
        var tensor = empty([.. entry.Shape], dtype: entry.Type, device: CPU);
        if (entry.ByteCount > 0)
        {
            using var view = Bytes(name);
            tensor.ReadBytesFromStream(view, CopyBytes);
        }

        return tensor.MoveToOuterDisposeScope();
    }

    /// <summary>
    /// Reads one tensor into memory that is there, in the type and on the device of that memory. Where type and layout are the file's, the bytes
    /// go straight to their place; else they pass a mebibyte at a time.
    /// </summary>
    /// <param name="name">A tensor's name.</param>
    /// <param name="target">The entry's shape, any strides; it is overwritten. Within no_grad if it is a parameter.</param>
    /// <exception cref="SafetensorsException">The file has no tensor of this name, or it has another shape.</exception>
    public void ReadInto(string name, Tensor target)
    {
        var entry = Entry(name);
        if (!entry.Shape.SequenceEqual(target.shape))
            throw new SafetensorsException(
                Path, $"tensor '{name}' has shape [{string.Join(", ", entry.Shape)}], but [{string.Join(", ", target.shape)}] is asked for.");
        if (entry.ByteCount == 0)
            return;
        using var scope = NewDisposeScope();
        using var view = Bytes(name);
        if (!target.is_contiguous())
            target.copy_(Read(name));
        else if (target.dtype == entry.Type && target.device_type == DeviceType.CPU)
            target.detach().ReadBytesFromStream(view, CopyBytes);
        else
            ReadInPortions(view, entry, target.detach().flatten());
    }

    /// <summary>The bytes of a tensor, to read once from their beginning.</summary>
    internal Stream Bytes(string name)
    {
        var entry = Entry(name);
        return entry.ByteCount == 0
            ? Stream.Null
            : _map.CreateViewStream(_dataStart + entry.Begin, entry.ByteCount, MemoryMappedFileAccess.Read);
    }

    private static void ReadInPortions(Stream view, SafetensorsEntry entry, Tensor target)
    {
        var portion = CopyBytes / SafetensorsTypes.SizeOf(entry.Type);
        for (var first = 0L; first < target.numel(); first += portion)
        {
            using var scope = NewDisposeScope();
            var bytes = empty([Math.Min(portion, target.numel() - first)], dtype: entry.Type, device: CPU);
            bytes.ReadBytesFromStream(view, CopyBytes);
            target.narrow(0, first, bytes.numel()).copy_(bytes);
        }
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => _map.Dispose();

    private string FirstNames() => string.Join(", ", Names.Take(8)) + (Names.Count > 8 ? ", ..." : "");
}
