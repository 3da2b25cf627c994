using System.Text.Json;
using System.Text.Json.Serialization;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>
/// Running mean and deviation of returns (PopArt, arXiv:1602.07714). Plain averages over the first ten steps, then each step moves them by
/// a tenth of the way, so that they follow a policy that gets better. Before the first step: mean 0, deviation 1.
/// </summary>
internal sealed record ReturnScale
{
    // The newest step's share in the long run, and the smallest deviation: returns that hardly differ are not blown up.
    private const double NewestShare = 0.1;
    private const double LeastDeviation = 1e-4;

    /// <summary>Steps averaged.</summary>
    public long Steps { get; init; }

    /// <summary>μ, the mean, in units of the return.</summary>
    public double Mean { get; init; }

    /// <summary>ν, the mean square.</summary>
    public double Square { get; init; } = 1;

    /// <summary>σ = sqrt(ν - μ²), at least 1e-4.</summary>
    [JsonIgnore]
    public double Deviation => Math.Sqrt(Math.Max(Square - (Mean * Mean), LeastDeviation * LeastDeviation));

    /// <summary>The statistics after one more step.</summary>
    /// <param name="mean">Mean of the step's returns.</param>
    /// <param name="square">Mean of their squares.</param>
    public ReturnScale After(double mean, double square)
    {
        var share = Math.Max(1.0 / (Steps + 1), NewestShare);
        return new() { Steps = Steps + 1, Mean = Mean + (share * (mean - Mean)), Square = Square + (share * (square - Square)) };
    }

    /// <summary>Writes the statistics, each number to its last bit.</summary>
    /// <param name="path">A JSON file.</param>
    public void Save(string path) => AtomicFile.WriteText(path, JsonSerializer.Serialize(this, ReturnScaleJson.Default.ReturnScale) + "\n");

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <param name="path">A JSON file.</param>
    public static ReturnScale Load(string path) => JsonSerializer.Deserialize(File.ReadAllText(path), ReturnScaleJson.Default.ReturnScale)!;
}

[JsonSourceGenerationOptions(WriteIndented = true, PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ReturnScale))]
internal sealed partial class ReturnScaleJson : JsonSerializerContext;
