using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class MeanIntervalTests
{
    [Fact]
    public void It_matches_a_hand_computed_interval()
    {
        // Mean 0.5, deviations -0.3, 0.1, 0.2: s² = (0.09 + 0.01 + 0.04) / 2 = 0.07.
        // t(2) = 4.3026527; half = 4.3026527 * √(0.07 / 3) = 4.3026527 * 0.1527525.
        var interval = MeanInterval.Of([0.2, 0.6, 0.7]);

        Assert.Equal(0.5, interval.Estimate, 1e-9);
        Assert.Equal(0.5 - 0.657241, interval.Low, 1e-6);
        Assert.Equal(0.5 + 0.657241, interval.High, 1e-6);
    }

    [Fact]
    public void A_single_value_has_no_interval()
    {
        var interval = MeanInterval.Of([0.4]);

        Assert.Equal(0.4, interval.Estimate);
        Assert.Equal(double.NaN, interval.Low);
        Assert.Equal(double.NaN, MeanInterval.Of([]).Estimate);
    }
}
