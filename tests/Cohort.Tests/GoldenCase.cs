using System.Text.Json;
using static TorchSharp.torch;

namespace Cohort.Tests;

/// <summary>One file of Golden/rl: inputs, outputs and gradients that another system's own code computed.</summary>
internal sealed class GoldenCase : IDisposable
{
    private readonly JsonDocument _json;

    private GoldenCase(JsonDocument json) => _json = json;

    public static GoldenCase Read(string name) =>
        new(JsonDocument.Parse(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "rl", name + ".json"))));

    /// <summary>Any part by its path, such as "params/gamma".</summary>
    public JsonElement this[string path] => path.Split('/').Aggregate(_json.RootElement, (node, key) => node.GetProperty(key));

    public double Number(string path) => this[path].GetDouble();

    /// <summary>A tensor in its own dtype, owned by the caller's scope.</summary>
    public Tensor Tensor(string path)
    {
        var node = this[path];
        var shape = node.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var data = node.GetProperty("data").EnumerateArray().Select(Value).ToArray();
        var type = node.GetProperty("dtype").GetString() switch
        {
            "float64" => ScalarType.Float64,
            "float32" => ScalarType.Float32,
            "int64" => ScalarType.Int64,
            "bool" => ScalarType.Bool,
            var other => throw new NotSupportedException(other),
        };
        using var scope = NewDisposeScope();
        return tensor(data, shape).to_type(type).MoveToOuterDisposeScope();
    }

    /// <summary>A mask, which the files hold as numbers.</summary>
    public Tensor Mask(string path)
    {
        using var scope = NewDisposeScope();
        return (Tensor(path) != 0).MoveToOuterDisposeScope();
    }

    public void Dispose() => _json.Dispose();

    private static double Value(JsonElement entry) => entry.ValueKind switch
    {
        JsonValueKind.Number => entry.GetDouble(),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => double.Parse(entry.GetString()!),
    };
}
