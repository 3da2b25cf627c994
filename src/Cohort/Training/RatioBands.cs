using Cohort.Telemetry;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>How importance ratios are distributed: counts in nine bands, each with its lower bound and without its upper one.</summary>
internal static class RatioBands
{
    private static readonly float[] Lower = [float.NegativeInfinity, 0.5f, 0.8f, 0.9f, 0.95f, 1.05f, 1.1f, 1.2f, 2];
    private static readonly float[] Upper = [.. Lower[1..], float.PositiveInfinity];

    /// <summary>One metric per band, from low to high.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. new[] { "below_0.50", "0.50_0.80", "0.80_0.90", "0.90_0.95", "0.95_1.05", "1.05_1.10", "1.10_1.20", "1.20_2.00", "above_2.00" }
            .Select(band => MetricNames.RatioSharePrefix + band),
    ];

    /// <summary>Tokens in each band, counted on the tensor's device without reading anything back.</summary>
    /// <param name="ratios">[N] float32.</param>
    /// <returns>[9] float32, owned by the caller's scope.</returns>
    public static Tensor Count(Tensor ratios)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var column = ratios.unsqueeze(1);
        var (lower, upper) = (tensor(Lower, device: ratios.device), tensor(Upper, device: ratios.device));
        return column.ge(lower).logical_and(column.lt(upper)).sum(dim: 0, type: ScalarType.Float32).MoveToOuterDisposeScope();
    }
}
