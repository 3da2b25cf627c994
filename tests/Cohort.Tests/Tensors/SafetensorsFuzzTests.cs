using System.Diagnostics;
using System.Text;
using Cohort.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Tests.Tensors;

public sealed class SafetensorsFuzzTests : IDisposable
{
    private const int Files = 12_000;
    private const int Indexes = 3_000;

    // Pieces that bring a mutation to a place where a rule lies.
    private static readonly string[] Pieces =
    [
        "\"", "{", "}", "[", "]", ",", ":", "-1", "0", "1", "9223372036854775807", "18446744073709551616", "1e9", "null", "\"F64\"",
        "\"BOOL\"", "\"a\"", "\"shape\"", "\"__metadata__\"", "[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":", "\\ud800",
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Mutated_files_are_read_or_refused_within_bounds_of_time()
    {
        var whole = SafetensorsBytes.Of(
            """
            {"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]},
            "b":{"dtype":"I64","shape":[],"data_offsets":[24,32]},"c":{"dtype":"BF16","shape":[0,4],"data_offsets":[32,32]},
            "d":{"dtype":"BOOL","shape":[4],"data_offsets":[32,36]}}
            """,
            36);
        var path = _folder.File("model.safetensors");
        var (accepted, slowest, watch) = (0, TimeSpan.Zero, new Stopwatch());
        for (var number = 0; number < Files; number++)
        {
            File.WriteAllBytes(path, Mutate(whole, Seeds.Sequence(17, Purpose.TrainingProblems, step: 0, row: number)));
            watch.Restart();
            accepted += ReadAll(path) ? 1 : 0;
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
        }

        Assert.InRange(accepted, Files / 100, Files / 2);
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public void Mutated_indexes_are_read_or_refused_within_bounds_of_time()
    {
        using var scope = NewDisposeScope();
        (string, Tensor)[] tensors = [("a", ones(2, 3)), ("b", zeros(4)), ("c", ones(1))];
        SafetensorsFolder.Write(_folder.Path, tensors, type => type, shardBytes: 24);
        var path = _folder.File(SafetensorsFolder.IndexFile);
        var whole = File.ReadAllBytes(path);
        var (accepted, slowest, watch) = (0, TimeSpan.Zero, new Stopwatch());
        for (var number = 0; number < Indexes; number++)
        {
            File.WriteAllBytes(path, Mutate(whole, Seeds.Sequence(19, Purpose.TrainingProblems, step: 0, row: number)));
            watch.Restart();
            accepted += ReadFolder(path) ? 1 : 0;
            slowest = watch.Elapsed > slowest ? watch.Elapsed : slowest;
        }

        Assert.InRange(accepted, Indexes / 100, Indexes / 2);
        Assert.InRange(slowest, TimeSpan.Zero, TimeSpan.FromSeconds(5));
    }

    private bool ReadFolder(string path)
    {
        try
        {
            using var folder = SafetensorsFolder.Open(_folder.Path);
            foreach (var name in folder.Names)
                folder.FileOf(name).Read(name).Dispose();
            return true;
        }
        catch (SafetensorsException error)
        {
            Assert.StartsWith(path + ": ", error.Message);
            Assert.InRange(error.Message.Length, path.Length + 20, path.Length + 600);
            return false;
        }
    }

    private static bool ReadAll(string path)
    {
        using var scope = NewDisposeScope();
        try
        {
            using var file = SafetensorsFile.Open(path);
            foreach (var name in file.Names)
                Assert.Equal(file.Entry(name).ByteCount, file.Read(name).numel() * file.Read(name).element_size());
            return true;
        }
        catch (SafetensorsException error)
        {
            Assert.StartsWith(path + ": ", error.Message);
            Assert.InRange(error.Message.Length, path.Length + 20, path.Length + 600);
            return false;
        }
    }

    private static byte[] Mutate(byte[] whole, RandomSequence random)
    {
        var content = whole.ToList();
        for (var times = random.Next(1, 3); times > 0; times--)
        {
            var position = random.Next(content.Count);
            switch (random.Next(6))
            {
                case 0:
                    content[position] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    content[position] = (byte)random.Next(256);
                    break;
                case 2:
                    content.RemoveRange(position, Math.Min(random.Next(1, 20), content.Count - position));
                    break;
                case 3:
                    content.InsertRange(position, content.GetRange(position, Math.Min(random.Next(1, 80), content.Count - position)));
                    break;
                case 4:
                    Overwrite(content, position, Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]));
                    break;
                default:
                    var piece = Encoding.UTF8.GetBytes(Pieces[random.Next(Pieces.Length)]);
                    content.InsertRange(position, piece);
                    content[0] = (byte)(content[0] + piece.Length);
                    break;
            }

            if (content.Count == 0)
                break;
        }

        return [.. content];
    }

    private static void Overwrite(List<byte> content, int position, byte[] piece)
    {
        for (var index = 0; index < piece.Length && position + index < content.Count; index++)
            content[position + index] = piece[index];
    }
}
