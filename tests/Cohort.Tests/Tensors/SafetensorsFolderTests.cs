using System.Text.Json.Nodes;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Tensors;

public sealed class SafetensorsFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Index => _folder.File(SafetensorsFolder.IndexFile);

    [Fact]
    public void Tensors_are_spread_in_order_a_new_file_where_the_next_would_not_fit()
    {
        using var scope = NewDisposeScope();
        Write(40);
        Assert.Equal(
            ["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors", "model.safetensors.index.json"],
            Files());
        var index = JsonNode.Parse(File.ReadAllText(Index))!;
        Assert.Equal(100, (int)index["metadata"]!["total_size"]!);
        Assert.Equal(
            """{"a":"model-00001-of-00003.safetensors","b":"model-00001-of-00003.safetensors","c":"model-00002-of-00003.safetensors","d":"model-00003-of-00003.safetensors"}""",
            index["weight_map"]!.ToJsonString());
        using var folder = SafetensorsFolder.Open(_folder.Path);
        Assert.Equal(["a", "b", "c", "d"], folder.Names.Order());
        foreach (var (name, tensor) in Tensors)
            Numbers.Same(tensor, folder.FileOf(name).Read(name), 0);
    }

    [Fact]
    public void What_fits_is_one_file_without_an_index()
    {
        using var scope = NewDisposeScope();
        Write(10);
        Write(100);
        Assert.Equal(["model.safetensors"], Files());
        using var folder = SafetensorsFolder.Open(_folder.Path);
        Assert.Equal(4, folder.Names.Count);
    }

    [Fact]
    public void Other_files_stay_when_shards_are_replaced()
    {
        using var scope = NewDisposeScope();
        string[] others = ["model-card.md", "adapter_model.safetensors", "model.safetensors.sha256"];
        foreach (var other in others)
            File.WriteAllText(_folder.File(other), "");
        Write(40);
        Write(100);
        Assert.Equal(others.Append("model.safetensors").Order(StringComparer.Ordinal), Files());
    }

    [Fact]
    public void One_file_goes_before_an_index()
    {
        using var scope = NewDisposeScope();
        Write(40);
        SafetensorsFile.Write(_folder.File("model.safetensors"), [("alone", ones(1))], new Dictionary<string, string>());
        using var folder = SafetensorsFolder.Open(_folder.Path);
        Assert.Equal(["alone"], folder.Names);
    }

    [Theory]
    [InlineData("", "it is not JSON: ")]
    [InlineData("{\"weight_map\": {", "it is not JSON: ")]
    [InlineData("{\"weight_map\": {\"\\ud800\": \"x\"}}", "it is not JSON: ")]
    [InlineData("[]", "it has no object 'weight_map' that gives the file of each tensor.")]
    [InlineData("{\"weight_map\": []}", "it has no object 'weight_map' that gives the file of each tensor.")]
    [InlineData("{\"weight_map\": {\"a\": 7}}", "tensor 'a': its file is 7; it must be a file's name.")]
    [InlineData("{\"weight_map\": {\"a\": \"\"}}", "tensor 'a': its file is ''; it must be the name of a file in the same folder.")]
    [InlineData("{\"weight_map\": {\"a\": \"..\"}}", "tensor 'a': its file is '..'; it must be the name of a file in the same folder.")]
    [InlineData("{\"weight_map\": {\"a\": \"../../etc/passwd\"}}", "tensor 'a': its file is '../../etc/passwd'; it must be the name of a file")]
    [InlineData("{\"weight_map\": {\"a\": \"/etc/passwd\"}}", "tensor 'a': its file is '/etc/passwd'; it must be the name of a file in the same folder.")]
    [InlineData("{\"weight_map\": {\"a\": \"C:\\\\x\"}}", "tensor 'a': its file is 'C:\\x'; it must be the name of a file in the same folder.")]
    [InlineData("{\"weight_map\": {\"a\": \"model-00001-of-00003.safetensors\", \"a\": \"x\"}}", "it is not JSON: Duplicate property 'a'")]
    [InlineData("{\"weight_map\": {\"a\": \"model-00009-of-00003.safetensors\"}}",
        "it names model-00009-of-00003.safetensors, which is not there. Copy or download the file too.")]
    [InlineData("{\"weight_map\": {\"x\": \"model-00001-of-00003.safetensors\"}}",
        "tensor 'x' should be in model-00001-of-00003.safetensors, but no file has it. The index and the files are of different models")]
    [InlineData("{\"weight_map\": {\"c\": \"model-00001-of-00003.safetensors\", \"d\": \"model-00002-of-00003.safetensors\"}}",
        "tensor 'c' should be in model-00001-of-00003.safetensors, but is in model-00002-of-00003.safetensors.")]
    public void Broken_index_is_refused(string json, string message)
    {
        using var scope = NewDisposeScope();
        Write(40);
        File.WriteAllText(Index, json);
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsFolder.Open(_folder.Path));
        Assert.StartsWith($"{Index}: {message}", error.Message);
    }

    [Fact]
    public void Tensor_in_two_files_is_refused_with_both()
    {
        using var scope = NewDisposeScope();
        Write(40);
        SafetensorsFile.Write(_folder.File("model-00003-of-00003.safetensors"), [("a", ones(2)), ("d", ones(10))], new Dictionary<string, string>());
        var error = Assert.Throws<SafetensorsException>(() => SafetensorsFolder.Open(_folder.Path));
        Assert.StartsWith(
            $"{_folder.File("model-00003-of-00003.safetensors")}: tensor 'a' is in model-00001-of-00003.safetensors too; a tensor lies in one file.",
            error.Message);
    }

    [Theory]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64)]
    public void Reading_into_memory_casts_as_the_tensor_library_does(ScalarType stored)
    {
        using var scope = NewDisposeScope();
        var portions = (3 * SafetensorsFile.CopyBytes / 4) + 7;
        var values = linspace(-3, 70_000, portions);
        SafetensorsFolder.Write(_folder.Path, [("long", values)], _ => stored);
        using var folder = SafetensorsFolder.Open(_folder.Path);
        foreach (var type in new[] { ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float64 })
        {
            var into = zeros(portions, dtype: type);
            folder.FileOf("long").ReadInto("long", into);
            Assert.True(values.to_type(stored).to_type(type).equal(into).all().item<bool>(), $"{stored} to {type}");
        }

        SafetensorsFolder.Write(_folder.Path, [("matrix", values.narrow(0, 0, 6).reshape(2, 3))], _ => stored);
        using var small = SafetensorsFolder.Open(_folder.Path);
        var transposed = zeros(3, 2);
        small.FileOf("matrix").ReadInto("matrix", transposed.t());
        Assert.True(values.narrow(0, 0, 6).reshape(2, 3).to_type(stored).to_type(ScalarType.Float32).equal(transposed.t()).all().item<bool>());
        var error = Assert.Throws<SafetensorsException>(() => small.FileOf("matrix").ReadInto("matrix", transposed));
        Assert.Contains("tensor 'matrix' has shape [2, 3], but [3, 2] is asked for.", error.Message);
    }

    [Fact]
    public void Bytes_are_compared_whole()
    {
        using var scope = NewDisposeScope();
        var longer = arange(SafetensorsFile.CopyBytes, dtype: ScalarType.Float32);
        var other = longer.clone();
        other[^1] = 0.5f;
        SafetensorsFolder.Write(
            _folder.Path, [("a", longer), ("b", longer), ("c", other), ("d", longer.reshape(2, -1)), ("e", longer.to_type(ScalarType.Int32))], type => type);
        using var folder = SafetensorsFolder.Open(_folder.Path);
        Assert.Equal([true, false, false, false], new[] { "b", "c", "d", "e" }.Select(name => folder.SameBytes("a", name)));
    }

    [Fact]
    public void Reading_and_writing_leave_no_tensor()
    {
        using var scope = NewDisposeScope();
        var (values, into) = (ones(5), zeros(5, dtype: ScalarType.BFloat16));
        LiveTensors.StayAsMany("folder", () =>
        {
            SafetensorsFolder.Write(_folder.Path, [("a", values), ("b", values)], _ => ScalarType.BFloat16, shardBytes: 10);
            using var folder = SafetensorsFolder.Open(_folder.Path);
            folder.FileOf("b").ReadInto("b", into);
        });
    }

    // 8 + 32, 20, 40 bytes.
    private static (string Name, Tensor Tensor)[] Tensors => [("a", ones(2)), ("b", zeros(2, 4)), ("c", full([5], 1.5)), ("d", ones(10))];

    private void Write(long shardBytes) => SafetensorsFolder.Write(_folder.Path, Tensors, type => type, shardBytes);

    private IEnumerable<string?> Files() => Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal);
}
