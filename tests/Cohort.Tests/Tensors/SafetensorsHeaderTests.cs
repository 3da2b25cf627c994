using System.Text;
using Cohort.Tensors;
using TorchSharp;

namespace Cohort.Tests.Tensors;

public sealed class SafetensorsHeaderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Header_gives_names_types_shapes_places_and_metadata()
    {
        using var file = Open(SafetensorsBytes.Of(
            """
            {"b":{"dtype":"F32","shape":[2,3],"data_offsets":[8,32]},"__metadata__":{"format":"pt"},
            "a":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}
            """,
            32));
        Assert.Equal(["a", "b"], file.Names);
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.True(file.Contains("b"));
        Assert.False(file.Contains("c"));
        var entry = file.Entry("b");
        Assert.Equal(torch.ScalarType.Float32, entry.Type);
        Assert.Equal([2, 3], entry.Shape);
        Assert.Equal((8, 24), (entry.Begin, entry.ByteCount));
        Assert.Empty(file.Entry("a").Shape);
    }

    [Fact]
    public void File_without_tensors_is_read()
    {
        using var file = Open(SafetensorsBytes.Of("{}", 0));
        Assert.Empty(file.Names);
        Assert.Empty(file.Metadata);
    }

    [Fact]
    public void Missing_tensor_is_named_with_those_that_are_there()
    {
        using var file = Open(SafetensorsBytes.Of("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", 1));
        var error = Assert.Throws<SafetensorsException>(() => file.Entry("c"));
        Assert.Contains("no tensor 'c'; it has 1: a.", error.Message);
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[2,6]}}""", 6,
        "tensor 'b': its bytes begin at 2, but those before it end at 4")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}}""", 4,
        "tensor 'b': its bytes begin at 0, but those before it end at 4")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4],"data_offsets":[3,7]}}""", 7,
        "tensor 'a': its bytes begin at 3, but those before it end at 0; tensors neither overlap nor leave holes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", 12,
        "tensor 'a': its bytes end at 16, but only 12 bytes follow the header")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", 9,
        "its tensors end at byte 8 after the header, but 9 bytes follow")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,20]}}""", 20,
        "tensor 'a': its shape [2, 3] of F32 takes 24 bytes, but its data_offsets [0, 20] hold 20")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[4,2]}}""", 4,
        "tensor 'a': its data_offsets are [4, 2]; they must be [begin, end] with begin <= end")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0]}}""", 4, "tensor 'a': its data_offsets are [0]")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[-2,0]}}""", 4, "tensor 'a': its 'data_offsets' holds -2")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1.5],"data_offsets":[0,1]}}""", 4, "tensor 'a': its 'shape' holds 1.5; whole numbers")]
    [InlineData("""{"a":{"dtype":"U8","shape":[18446744073709551615],"data_offsets":[0,1]}}""", 4,
        "its 'shape' holds 18446744073709551615")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}""", 0,
        "tensor 'a': its shape [4294967296, 4294967296] takes more than 9223372036854775807 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}""", 0,
        "takes more than 9223372036854775807")]
    [InlineData("""{"a":{"dtype":"F8_E4M3","shape":[1],"data_offsets":[0,1]}}""", 1,
        "tensor 'a': its dtype is \"F8_E4M3\"; the types read here are I64, F64, F32, I32, BF16, F16, I16, I8, U8, BOOL")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,1]}}""", 1, "tensor 'a': its entry has no 'dtype' that is a string")]
    [InlineData("""{"a":{"dtype":"U8","data_offsets":[0,1]}}""", 1, "tensor 'a': its entry has no 'shape' that is an array")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":7}}""", 1, "tensor 'a': its entry has no 'data_offsets' that is an array")]
    [InlineData("""{"a":7}""", 0, "tensor 'a': its entry is 7; it must be an object")]
    [InlineData("""{"__metadata__":[]}""", 0, "__metadata__ is []; it must be an object of strings")]
    [InlineData("""{"__metadata__":{"step":7}}""", 0, "__metadata__ 'step' is 7; it must be a string")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}""", 2,
        "Duplicate property 'a'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[1],"shape":[1],"data_offsets":[0,1]}}""", 1, "Duplicate property 'shape'")]
    [InlineData("""{"a":[[[[[[[[]]]]]]]]}""", 0, "maximum configured depth of 4")]
    [InlineData("""{"a":""", 0, "is not the JSON of a safetensors file")]
    [InlineData("""{"\ud800":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0, "is not the JSON of a safetensors file")]
    [InlineData("{} x", 0, "its header of 4 bytes is not the JSON of a safetensors file")]
    [InlineData(" {}", 0, "its header does not begin with '{'")]
    [InlineData("[]", 0, "its header does not begin with '{'")]
    [InlineData("", 8, "its header does not begin with '{'")]
    public void Broken_header_is_refused(string header, int dataBytes, string message) =>
        AssertRefused(SafetensorsBytes.Of(header, dataBytes), message);

    [Fact]
    public void Header_that_is_not_UTF8_is_refused() =>
        AssertRefused(SafetensorsBytes.Of(7, Encoding.Latin1.GetBytes("{\"ÿ\":1}")), "is not the JSON of a safetensors file");

    [Theory]
    [InlineData(3UL, "it claims a header of 3 bytes, and only 2 bytes follow the length")]
    [InlineData(100_000_000UL, "it claims a header of 100000000 bytes, and only 2 bytes follow the length")]
    [InlineData(100_000_001UL, "it claims a header of 100000001 bytes; at most 100000000 are read")]
    [InlineData(ulong.MaxValue, "it claims a header of 18446744073709551615 bytes; at most 100000000 are read")]
    public void Header_longer_than_the_file_or_the_bound_is_refused(ulong length, string message) =>
        AssertRefused(SafetensorsBytes.Of(length, "{}"u8.ToArray()), message);

    [Fact]
    public void Every_file_cut_short_is_refused()
    {
        var whole = SafetensorsBytes.Of("""{"a":{"dtype":"F32","shape":[2,3],"data_offsets":[0,24]}}""", 24);
        Open(whole).Dispose();
        for (var length = 0; length < whole.Length; length++)
            AssertRefused(whole[..length], length < 8 ? $"it has {length} bytes" : "The file is cut off");
    }

    [Fact]
    public void Message_stays_short_where_a_name_is_long()
    {
        var content = SafetensorsBytes.Of($$"""{"{{new string('a', 100_000)}}":7}""", 0);
        Assert.InRange(Assert.Throws<SafetensorsException>(() => Open(content)).Message.Length, 100, 500);
    }

    private SafetensorsFile Open(byte[] content)
    {
        File.WriteAllBytes(_folder.File("model.safetensors"), content);
        return SafetensorsFile.Open(_folder.File("model.safetensors"));
    }

    private void AssertRefused(byte[] content, string message)
    {
        var error = Assert.Throws<SafetensorsException>(() => Open(content));
        Assert.StartsWith(_folder.File("model.safetensors") + ": ", error.Message);
        Assert.Contains(message, error.Message);
        Assert.Equal(_folder.File("model.safetensors"), error.Path);
    }
}
