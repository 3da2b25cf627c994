using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class ProportionIntervalTests
{
    // z² = 3.8414588. 8 of 10: centre = (0.8 + 0.1920729) / 1.3841459 = 0.7167402,
    // half = 1.9599640 / 1.3841459 * √(0.016 + 0.0096036) = 1.4160097 * 0.1600114 = 0.2265777.
    [Theory]
    [InlineData(8, 10, 0.8, 0.4901625, 0.9433179)]
    [InlineData(0, 12, 0.0, 0.0, 0.2424939)] // z² / (n + z²) = 3.8414588 / 15.8414588
    [InlineData(7, 7, 1.0, 0.6456695, 1.0)] // n / (n + z²) = 7 / 10.8414588
    public void It_matches_a_hand_computed_interval(int successes, int trials, double estimate, double low, double high)
    {
        var interval = ProportionInterval.Of(successes, trials);

        Assert.Equal(estimate, interval.Estimate, 1e-6);
        Assert.Equal(low, interval.Low, 1e-6);
        Assert.Equal(high, interval.High, 1e-6);
    }

    [Fact]
    public void Without_trials_nothing_is_known()
    {
        var interval = ProportionInterval.Of(0, 0);

        Assert.All([interval.Estimate, interval.Low, interval.High], number => Assert.Equal(double.NaN, number));
    }

    [Theory]
    [InlineData(-1, 5)]
    [InlineData(6, 5)]
    [InlineData(0, -1)]
    public void Impossible_counts_are_refused(int successes, int trials) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => ProportionInterval.Of(successes, trials));
}
