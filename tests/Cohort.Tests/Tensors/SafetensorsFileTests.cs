using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Cohort.Tensors;
using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Tests.Tensors;

public sealed class SafetensorsFileTests : IDisposable
{
    private static readonly Dictionary<string, string> Pt = new() { ["format"] = "pt" };

    private readonly TemporaryFolder _folder = new();

    private string ModelPath => _folder.File("model.safetensors");

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Bool)]
    public void Every_type_and_shape_comes_back_bit_for_bit(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var tensors = new (string Name, Tensor Tensor)[]
        {
            ("scalar", Bits(type)),
            ("empty", Bits(type, 0)),
            ("empty rows", Bits(type, 3, 0)),
            ("matrix", Bits(type, 3, 7)),
            ("four", Bits(type, 2, 1, 3, 5)),
        };
        SafetensorsFile.Write(ModelPath, tensors, Pt);

        using var file = SafetensorsFile.Open(ModelPath);
        Assert.Equal(tensors.Select(entry => entry.Name).Order(StringComparer.Ordinal), file.Names.Order(StringComparer.Ordinal));
        Assert.Equal(Pt, file.Metadata);
        foreach (var (name, tensor) in tensors)
            AssertSameBits(tensor, file.Read(name));
    }

    [Fact]
    public void File_of_the_python_library_is_read_and_written_again_byte_for_byte()
    {
        using var scope = NewDisposeScope();
        var golden = Path.Combine(AppContext.BaseDirectory, "Golden", "huggingface", "all-types.safetensors");
        using var file = SafetensorsFile.Open(golden);
        Assert.Equal(40, file.Names.Count);
        foreach (var name in file.Names)
            AssertSameBits(Bits(file.Entry(name).Type, [.. file.Entry(name).Shape]), file.Read(name));

        SafetensorsFile.Write(ModelPath, file.Names.Select(name => (name, file.Read(name))), file.Metadata);
        Assert.Equal(File.ReadAllBytes(golden), File.ReadAllBytes(ModelPath));
    }

    [Fact]
    public void Not_a_number_keeps_its_payload_and_zero_its_sign()
    {
        using var scope = NewDisposeScope();
        uint[] bits = [0x7FC00001, 0xFFABCDEF, 0x7F800001, 0x80000000, 0x7F800000, 0x00000001];
        var content = empty(bits.Length);
        MemoryMarshal.AsBytes(bits.AsSpan()).CopyTo(content.bytes);
        SafetensorsFile.Write(ModelPath, [("nan", content)], Pt);

        using var file = SafetensorsFile.Open(ModelPath);
        var read = file.Read("nan").bytes;
        for (var index = 0; index < bits.Length; index++)
            Assert.Equal(bits[index], BinaryPrimitives.ReadUInt32LittleEndian(read[(4 * index)..]));
    }

    [Fact]
    public void Views_and_parameters_are_written_as_they_look()
    {
        using var scope = NewDisposeScope();
        var matrix = arange(12, dtype: ScalarType.Float32).reshape(3, 4);
        var parameter = nn.Parameter(matrix.clone());
        SafetensorsFile.Write(
            ModelPath,
            [
                ("transposed", matrix.t()), ("column", matrix[TensorIndex.Colon, 2]), ("expanded", matrix[1].expand(2, 4)),
                ("parameter", parameter),
            ],
            Pt);

        using var file = SafetensorsFile.Open(ModelPath);
        AssertSameBits(matrix.t().contiguous(), file.Read("transposed"));
        AssertSameBits(tensor([2f, 6f, 10f]), file.Read("column"));
        AssertSameBits(tensor([4f, 5f, 6f, 7f, 4f, 5f, 6f, 7f]).reshape(2, 4), file.Read("expanded"));
        AssertSameBits(matrix, file.Read("parameter"));
        Assert.False(file.Read("parameter").requires_grad);
    }

    [Fact]
    public void Tensor_longer_than_the_copy_buffer_comes_back_bit_for_bit()
    {
        using var scope = NewDisposeScope();
        var longer = arange(SafetensorsFile.CopyBytes + 13, dtype: ScalarType.Int32);
        SafetensorsFile.Write(ModelPath, [("a", ones(3, dtype: ScalarType.Int32)), ("longer", longer)], Pt);
        using var file = SafetensorsFile.Open(ModelPath);
        AssertSameBits(longer, file.Read("longer"));
    }

    [Fact]
    public void Larger_types_come_first_then_names_in_order_and_every_tensor_is_aligned()
    {
        using var scope = NewDisposeScope();
        SafetensorsFile.Write(
            ModelPath,
            [
                ("b", ones(3, dtype: ScalarType.Bool)), ("z", ones(1)), ("Z", ones(3)), ("i", ones(1, dtype: ScalarType.Int64)),
                ("h", ones(1, dtype: ScalarType.Float16)),
            ],
            new Dictionary<string, string>());

        using var file = SafetensorsFile.Open(ModelPath);
        Assert.Equal(["i", "Z", "z", "h", "b"], file.Names);
        Assert.Empty(file.Metadata);
        Assert.Equal(0, BinaryPrimitives.ReadInt64LittleEndian(File.ReadAllBytes(ModelPath)) % 8);
        foreach (var entry in file.Names.Select(file.Entry))
            Assert.Equal(0, entry.Begin % (entry.ByteCount / entry.Shape[0]));
    }

    [Fact]
    public void Same_tensors_give_the_same_file_in_any_order()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (ones(2, 3), zeros(4));
        var other = _folder.File("other.safetensors");
        SafetensorsFile.Write(ModelPath, [("a", a), ("b", b)], new Dictionary<string, string> { ["x"] = "1", ["format"] = "pt" });
        SafetensorsFile.Write(other, [("b", b), ("a", a)], new Dictionary<string, string> { ["format"] = "pt", ["x"] = "1" });
        Assert.Equal(File.ReadAllBytes(ModelPath), File.ReadAllBytes(other));
    }

    [Fact]
    public void Names_and_notes_may_be_any_text()
    {
        using var scope = NewDisposeScope();
        var name = "a \"quoted\" \\ name\nwith é, 漢 and 😀";
        SafetensorsFile.Write(ModelPath, [(name, ones(1))], new Dictionary<string, string> { [name] = name });
        using var file = SafetensorsFile.Open(ModelPath);
        Assert.Equal([name], file.Names);
        Assert.Equal(name, file.Metadata[name]);
    }

    [Fact]
    public void Name_given_twice_reserved_name_and_unknown_type_are_refused_and_nothing_is_written()
    {
        using var scope = NewDisposeScope();
        AssertRefused([("a", ones(1)), ("a", ones(2))], "Two tensors are named 'a'");
        AssertRefused([("__metadata__", ones(1))], "No tensor may be named '__metadata__'");
        AssertRefused([("c", ones(1, dtype: ScalarType.ComplexFloat32))], "Tensor 'c' is ComplexFloat32; the types written here are I64, ");
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Old_file_stays_where_writing_fails()
    {
        using var scope = NewDisposeScope();
        SafetensorsFile.Write(ModelPath, [("a", ones(3))], Pt);
        var before = File.ReadAllBytes(ModelPath);
        var without = empty(4, device: META);   // has a shape, and no bytes that could be written
        Assert.ThrowsAny<Exception>(() => SafetensorsFile.Write(ModelPath, [("a", ones(3)), ("b", without)], Pt));
        Assert.Equal(before, File.ReadAllBytes(ModelPath));
        Assert.Equal([ModelPath], Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void Open_file_still_gives_its_old_tensors_after_a_new_one_replaced_it()
    {
        using var scope = NewDisposeScope();
        SafetensorsFile.Write(ModelPath, [("a", full([3], 1.5))], Pt);
        using var file = SafetensorsFile.Open(ModelPath);
        SafetensorsFile.Write(ModelPath, [("a", full([5], 2.5))], Pt);
        AssertSameBits(full([3], 1.5), file.Read("a"));
    }

    [Fact]
    public void Missing_file_is_named() =>
        Assert.Contains("model.safetensors", Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Open(ModelPath)).Message);

    [Fact]
    public void Reading_and_writing_leave_only_the_tensors_that_were_read()
    {
        using var scope = NewDisposeScope();
        var (matrix, transposed) = (ones(3, 4), ones(3, 4).t());
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        SafetensorsFile.Write(ModelPath, [("a", transposed), ("b", matrix)], Pt);
        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        using var file = SafetensorsFile.Open(ModelPath);
        using var read = file.Read("a");
        Assert.Equal(before + 1, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    private void AssertRefused((string Name, Tensor Tensor)[] tensors, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => SafetensorsFile.Write(ModelPath, tensors, Pt)).Message);

    // Every byte differs from its neighbours; a bool must be 0 or 1.
    private static Tensor Bits(ScalarType type, params long[] shape)
    {
        var bits = empty(shape, dtype: type);
        var bytes = bits.numel() == 0 ? [] : bits.bytes;
        for (var index = 0; index < bytes.Length; index++)
            bytes[index] = (byte)(type == ScalarType.Bool ? index % 2 : (index * 167) + 41);
        return bits;
    }

    private static void AssertSameBits(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.dtype, actual.dtype);
        Assert.Equal(expected.shape, actual.shape);
        Assert.Equal(DeviceType.CPU, actual.device_type);
        if (expected.numel() > 0)
            Assert.Equal(expected.bytes.ToArray(), actual.bytes.ToArray());
    }
}
