using System.Text.Json;
using System.Text.Json.Serialization;
using Cohort.Data;
using Cohort.Telemetry;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// Follows a critic's value of the same prompts from step to step: how far it moves, and how often it turns around. What it needs of the past is kept with a
/// checkpoint, so that a run that goes on gives the same numbers.
/// </summary>
/// <param name="prompts">Token ids of the prompts; where there are none, nothing is followed.</param>
/// <param name="size">Prompts per forward pass.</param>
internal sealed class ValueTrack(IReadOnlyList<IReadOnlyList<int>> prompts, int size)
{
    private const int MostPrompts = 32;
    private const string FileName = "critic-track.json";

    private ValuePast _past = new();

    /// <summary>The first training problems' prompts: the same ones in every step and after every stop.</summary>
    /// <param name="source">Of the run.</param>
    /// <param name="encoder">To token ids.</param>
    public static IReadOnlyList<IReadOnlyList<int>> PromptsOf(DataSource<Problem> source, PromptEncoder encoder) =>
        [.. Enumerable.Range(0, (int)Math.Min(source.TrainingCount ?? MostPrompts, MostPrompts)).Select(cursor => encoder.Encode(source.Training(cursor)))];

    /// <summary>Reads the values before the first step; does nothing where they are known.</summary>
    /// <param name="afterEach">From tokens [b,s] int64 to V after each [b,s] float32.</param>
    public void Begin(Func<Tensor, Tensor> afterEach)
    {
        if (_past.Values.Length == 0)
        {
            _past = new() { Values = Read(afterEach), Directions = new int[prompts.Count] };
        }
    }

    /// <summary>Compares the values with those of the step before. A prompt turns where it moves against its last move; the first moves turn nothing.</summary>
    /// <param name="afterEach">As in <see cref="Begin"/>.</param>
    /// <param name="measures">Takes the numbers.</param>
    public void Note(Func<Tensor, Tensor> afterEach, Measures measures)
    {
        if (prompts.Count == 0)
        {
            return;
        }

        var values = Read(afterEach);
        var moves = values.Zip(_past.Values, (now, before) => Math.Sign(now.CompareTo(before))).ToArray();
        measures.Set(MetricNames.ValueChange, values.Zip(_past.Values, (now, before) => Math.Abs((double)now - before)).Average());
        if (_past.Directions.Any(direction => direction != 0))
        {
            measures.Set(MetricNames.ValueReversals, moves.Zip(_past.Directions, (now, before) => now * before < 0 ? 1.0 : 0).Average());
        }

        _past = new() { Values = values, Directions = [.. moves.Zip(_past.Directions, (now, before) => now == 0 ? before : now)] };
    }

    /// <summary>Writes the past into a checkpoint's folder.</summary>
    public void Save(string folder) =>
        AtomicFile.WriteText(Path.Combine(folder, FileName), JsonSerializer.Serialize(_past, ValuePastJson.Default.ValuePast) + "\n");

    /// <summary>Reads what <see cref="Save"/> wrote. A checkpoint of an older version has none: the track then begins anew.</summary>
    public void Load(string folder)
    {
        var path = Path.Combine(folder, FileName);
        _past = File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), ValuePastJson.Default.ValuePast)! : new();
    }

    // V at each prompt's last token.
    private float[] Read(Func<Tensor, Tensor> afterEach)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return [.. prompts.Chunk(size).SelectMany(some => Read(some, afterEach))];
    }

    private static float[] Read(IReadOnlyList<int>[] some, Func<Tensor, Tensor> afterEach)
    {
        using var scope = NewDisposeScope();
        var width = some.Max(prompt => prompt.Count);
        var padded = some.SelectMany(prompt => prompt.Concat(Enumerable.Repeat(0, width - prompt.Count))).Select(token => (long)token).ToArray();
        var values = afterEach(tensor(padded, [some.Length, width])).cpu();
        return [.. some.Select((prompt, row) => values[row, prompt.Count - 1].item<float>())];
    }
}

/// <summary>What a <see cref="ValueTrack"/> knows of the steps before.</summary>
internal sealed record ValuePast
{
    /// <summary>V of each prompt after the last step; empty before the first.</summary>
    public float[] Values { get; init; } = [];

    /// <summary>Of each prompt the sign of its last move; 0 where it never moved.</summary>
    public int[] Directions { get; init; } = [];
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(ValuePast))]
internal sealed partial class ValuePastJson : JsonSerializerContext;
