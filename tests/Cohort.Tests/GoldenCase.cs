using System.Text.Json;
using static TorchSharp.torch;

namespace Cohort.Tests;

/// <summary>
/// One file of a golden rl folder: inputs, outputs and gradients that another system's own code computed. It notes which outputs and gradients
/// were read, so that a test can require that all were.
/// </summary>
internal sealed class GoldenCase : IDisposable
{
    /// <summary>Absolute and relative tolerance: double precision, numbers that passed through float32, and functions that compute in it.</summary>
    private static readonly (double Absolute, double Relative) Precise = (1e-12, 1e-9), Metric = (1e-6, 1e-6), Single = (1e-5, 1e-5);

    private readonly JsonDocument _json;
    private readonly HashSet<string> _read = [];

    private GoldenCase(JsonDocument json, string folder) => (_json, Folder) = (json, folder);

    /// <summary>A file of this project, by its name without extension.</summary>
    public static GoldenCase Read(string name) => Open(Path.Combine(AppContext.BaseDirectory, "Golden", "rl", name + ".json"));

    /// <summary>Any file.</summary>
    public static GoldenCase Open(string path) =>
        new(JsonDocument.Parse(File.ReadAllText(path)), Path.GetDirectoryName(Path.GetDirectoryName(Path.GetFullPath(path)))!);

    /// <summary>The golden folder, in which the file's rl folder lies beside the models.</summary>
    public string Folder { get; }

    /// <summary>"system/function", by which the check is chosen.</summary>
    public string Function => $"{this["system"].GetString()}/{this["function"].GetString()}";

    /// <summary>The case's name, such as verl.adv_gpg.</summary>
    public string Id => this["id"].GetString()!;

    /// <summary>Any part by its path, such as "params/gamma" or "outputs/steps/0/loss".</summary>
    public JsonElement this[string path]
    {
        get
        {
            _read.Add(path);
            return Find(_json.RootElement, path) ?? throw new KeyNotFoundException($"There is no {path}.");
        }
    }

    /// <summary>Whether a part is there and not null.</summary>
    public bool Has(string path) => Find(_json.RootElement, path) is { ValueKind: not JsonValueKind.Null };

    public double Number(string path) => Value(this[path]);

    /// <summary>A number, or a default where the part is missing or null.</summary>
    public double Number(string path, double missing) => Has(path) ? Number(path) : missing;

    public string Text(string path) => this[path].GetString()!;

    public double[] List(string path) => this[path].EnumerateArray().Select(Value).ToArray();

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

    /// <summary>Requires that our numbers are the file's, at the tolerance that its kind allows.</summary>
    public void Same(string path, Tensor ours)
    {
        using var scope = NewDisposeScope();
        var theirs = this[path].ValueKind == JsonValueKind.Object ? Tensor(path) : tensor(Number(path));
        Assert.Equal(theirs.shape, ours.shape);
        Compare(path, Numbers.Of(theirs), Numbers.Of(ours));
    }

    /// <inheritdoc cref="Same(string, Tensor)"/>
    public void Same(string path, double ours) => Compare(path, [Number(path)], [ours]);

    /// <inheritdoc cref="Same(string, Tensor)"/>
    public void Same(string path, double[] ours) => Compare(path, List(path), ours);

    /// <summary>As <see cref="Same(string, Tensor)"/>, where a mask is true.</summary>
    public void SameWhere(string path, Tensor mask, Tensor ours)
    {
        using var scope = NewDisposeScope();
        var theirs = Tensor(path);
        Assert.Equal(theirs.shape, ours.shape);
        Compare(path, Numbers.Of(theirs.masked_select(mask)), Numbers.Of(ours.masked_select(mask)));
    }

    /// <summary>Requires a scalar function's value and its gradient with respect to one input.</summary>
    /// <param name="input">The input's path.</param>
    /// <param name="value">The value's path.</param>
    /// <param name="gradient">The gradient's path.</param>
    /// <param name="function">Ours, from the input to a scalar.</param>
    public void SameWithGradient(string input, string value, string gradient, Func<Tensor, Tensor> function)
    {
        using var scope = NewDisposeScope();
        var at = Tensor(input);
        Same(value, function(at));
        Same(gradient, Numbers.Gradient(at, function));
    }

    /// <summary>
    /// Requires that our numbers differ from the file's, and that the difference stands in <see cref="Golden.GoldenDifferences"/> with the reason;
    /// for a file of this project with both values too.
    /// </summary>
    public void DiffersOnPurpose(string path, double[] ours, double[] theirs)
    {
        _read.Add(path);
        var (absolute, relative) = Tolerance(path);
        var at = Enumerable.Range(0, theirs.Length).First(i => Math.Abs(ours[i] - theirs[i]) > absolute + (relative * Math.Abs(theirs[i])));
        Golden.GoldenDifferences.Require(Function, Id, path, ours[at], theirs[at]);
    }

    /// <summary>Outputs and gradients that nothing has read.</summary>
    public IEnumerable<string> Unread() =>
        Leaves("outputs").Concat(Leaves("gradients")).Where(path => !_read.Any(read => path == read || path.StartsWith(read + "/", StringComparison.Ordinal)));

    public void Dispose() => _json.Dispose();

    private static double Value(JsonElement entry) => entry.ValueKind switch
    {
        JsonValueKind.Number => entry.GetDouble(),
        JsonValueKind.True => 1,
        JsonValueKind.False => 0,
        _ => double.Parse(entry.GetString()!),
    };

    // A name may hold a slash, as metrics do: the whole rest of the path is tried before its first part. Numbers index lists.
    private static JsonElement? Find(JsonElement node, string path)
    {
        if (Child(node, path) is { } whole)
        {
            return whole;
        }

        var cut = path.IndexOf('/', StringComparison.Ordinal);
        return cut >= 0 && Child(node, path[..cut]) is { } child ? Find(child, path[(cut + 1)..]) : null;
    }

    private static JsonElement? Child(JsonElement node, string name) => node.ValueKind switch
    {
        JsonValueKind.Object when node.TryGetProperty(name, out var child) => child,
        JsonValueKind.Array when int.TryParse(name, out var index) && index >= 0 && index < node.GetArrayLength() => node[index],
        _ => null,
    };

    private IEnumerable<string> Leaves(string path)
    {
        if (!Has(path))
        {
            return [];
        }

        return LeavesOf(Find(_json.RootElement, path)!.Value, path);
    }

    // A list of objects has leaves of its own; a list of numbers is a leaf.
    private static IEnumerable<string> LeavesOf(JsonElement node, string path) => node.ValueKind switch
    {
        JsonValueKind.Object when !node.TryGetProperty("shape", out _) =>
            node.EnumerateObject().SelectMany(child => LeavesOf(child.Value, $"{path}/{child.Name}")),
        JsonValueKind.Array when node.EnumerateArray().Any(entry => entry.ValueKind == JsonValueKind.Object) =>
            node.EnumerateArray().SelectMany((child, i) => LeavesOf(child, $"{path}/{i}")),
        JsonValueKind.Null => [],
        _ => [path],
    };

    private void Compare(string path, double[] theirs, double[] ours)
    {
        var (absolute, relative) = Tolerance(path);
        Assert.Equal(theirs.Length, ours.Length);
        for (var i = 0; i < theirs.Length; i++)
        {
            var same = theirs[i].Equals(ours[i]) || Math.Abs(theirs[i] - ours[i]) <= absolute + (relative * Math.Abs(theirs[i]));
            Assert.True(same, $"{Id}: {path}, entry {i} is {ours[i]:R}, theirs is {theirs[i]:R}.");
        }
    }

    private (double Absolute, double Relative) Tolerance(string path)
    {
        var notes = Has("notes") ? Text("notes") : "";
        return notes.StartsWith("float32", StringComparison.Ordinal) || notes.Contains("casts to float32", StringComparison.Ordinal)
            ? path.Contains("logits", StringComparison.Ordinal) ? (Tolerances.Logits, Single.Relative) : Single
            : path.Contains("/metrics/", StringComparison.Ordinal) ? Metric
            : Id.StartsWith("verl.rollout_is_", StringComparison.Ordinal) || Id.StartsWith("trl.rloo_loss", StringComparison.Ordinal) ? Metric
            : Precise;
    }
}
