using System.Text.Json;
using System.Text.Json.Serialization;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>
/// Everything that a run carries from step to step beside weights and moments. There is no random state: numbers are re-derived.
/// </summary>
public sealed record TrainerState
{
    private const string FileName = "state.json";

    /// <summary>Steps finished.</summary>
    public long Step { get; init; }

    /// <summary>Tokens sampled in training.</summary>
    public long SampledTokens { get; init; }

    /// <summary>Training problems taken.</summary>
    public long ProblemCursor { get; init; }

    /// <summary>β.</summary>
    public double KlCoefficient { get; init; }

    /// <summary>c_ent.</summary>
    public double EntropyCoefficient { get; init; }

    /// <summary>The policy's entropy per token in the last step, in nats; 0 before the first.</summary>
    public double Entropy { get; init; }

    /// <summary>The step with the best validation metric; 0 is the starting model.</summary>
    public long BestStep { get; init; }

    /// <summary>The best validation metric; NaN where none was measured.</summary>
    public double BestValue { get; init; } = double.NaN;

    /// <summary>The newest validation metric; NaN where none was measured.</summary>
    public double LastValue { get; init; } = double.NaN;

    /// <summary>Measurements since the best one.</summary>
    public int MeasurementsSinceBest { get; init; }

    /// <summary>Updates in a row whose loss or gradient was not finite.</summary>
    public int NonFiniteInARow { get; init; }

    /// <summary>Updates left out because of them, over the run.</summary>
    public long SkippedUpdates { get; init; }

    /// <summary>Length of metrics.jsonl, in bytes: what follows was written after this state.</summary>
    public long MetricsBytes { get; init; }

    /// <summary>Length of rollouts.jsonl, in bytes.</summary>
    public long RolloutsBytes { get; init; }

    /// <summary>Length of evaluations.jsonl, in bytes.</summary>
    public long EvaluationsBytes { get; init; }

    /// <summary>The step of the learning curve's newest point; -1 before the first.</summary>
    public long CurveStep { get; init; } = -1;

    /// <summary>The tokens sampled up to that step.</summary>
    public long CurveTokens { get; init; }

    /// <summary>Wall-clock seconds of all steps so far, measurements left out; steps that were lost and taken again count once.</summary>
    public double Seconds { get; init; }

    /// <summary>The same in processor seconds of all threads of the process.</summary>
    public double ProcessorSeconds { get; init; }

    /// <summary>Writes the state into a checkpoint's folder.</summary>
    /// <param name="folder">Exists.</param>
    public void Save(string folder) => AtomicFile.WriteText(
        Path.Combine(folder, FileName), JsonSerializer.Serialize(this, TrainerStateJson.Default.TrainerState) + "\n");

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="folder">A checkpoint's folder.</param>
    public static TrainerState Load(string folder) =>
        JsonSerializer.Deserialize(File.ReadAllText(Path.Combine(folder, FileName)), TrainerStateJson.Default.TrainerState)!;
}

[JsonSourceGenerationOptions(
    WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals)]
[JsonSerializable(typeof(TrainerState))]
internal sealed partial class TrainerStateJson : JsonSerializerContext;
