using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

/// <summary>The closed set of policy losses with options that differ from each other, and random rows to try them on.</summary>
internal static class PolicyLossSamples
{
    public static readonly ClippedLoss Clipped = new() { Low = 0.3, High = 0.2 };

    public static readonly DppoLoss Dppo = new() { Low = 0.09, High = 0.16, RatioCap = 1.3 };

    public static readonly PolicyLoss[] All =
    [
        Clipped,
        Clipped with { DualClip = 1.4 },
        Clipped with { RatioCap = 1.25 },
        Clipped with { Ratio = RatioLevel.Sequence, Low = 0.15, High = 0.04 },
        Clipped with { Ratio = RatioLevel.SequenceToken, Low = 0.15, High = 0.04 },
        Clipped with { Ratio = RatioLevel.Product },
        new UnclippedLoss(),
        new UnclippedLoss { Ratio = RatioLevel.Sequence },
        new UnclippedLoss { Ratio = RatioLevel.SequenceToken },
        new UnclippedLoss { Ratio = RatioLevel.Product },
        new ReinforceLoss(),
        new CispoLoss { Low = 0.3, High = 0.4 },
        new SapoLoss { PositiveTemperature = 1.2, NegativeTemperature = 1.6 },
        new GeometricMeanLoss { Low = 0.35, High = 0.25 },
        Dppo,
        Dppo with { Divergence = BinaryDivergence.Kl, Low = 0.02, High = 0.04 },
        new ClipCovLoss { Low = 0.3, High = 0.2, Fraction = 0.2, CovarianceLow = 0.1, CovarianceHigh = 4 },
        new KlCovLoss { Fraction = 0.3, Coefficient = 0.7 },
        new DroLoss { Beta = 0.6 },
        new VespoLoss { PositivePower = 1.5, PositiveRate = 2.5, NegativePower = 2.2, NegativeRate = 1.3 },
    ];

    /// <summary>Five responses of 6, 1, 3, 0 and 4 tokens; every tensor [5,6] float64, with numbers outside the mask too.</summary>
    public static (Tensor LogProbs, Tensor OldLogProbs, Tensor Advantages, Tensor Mask, Tensor Draws) Rows(int seed)
    {
        var random = new Random(seed);
        var mask = Numbers.Mask("xxxxxx", "x.....", ".xxx..", "......", "xx.xx.");
        var old = Fill(() => -3 * random.NextDouble() - 0.1);
        var advantages = tensor(Enumerable.Range(0, 5).Select(_ => 4 * random.NextDouble() - 2).ToArray(), [5, 1]).expand(5, 6).clone();
        return (old + Fill(() => random.NextDouble() - 0.55), old, advantages, mask, Fill(random.NextDouble));

        static Tensor Fill(Func<double> number) => tensor(Enumerable.Range(0, 30).Select(_ => number()).ToArray(), [5, 6]);
    }
}
