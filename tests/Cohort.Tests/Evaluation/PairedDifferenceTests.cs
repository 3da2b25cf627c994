using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class PairedDifferenceTests
{
    [Fact]
    public void It_matches_a_hand_computed_interval()
    {
        // Differences 1, 1, 0, -1, 1: mean 0.4, s² = (0.36*3 + 0.16 + 1.96) / 4 = 0.8, t(4) = 2.7764451, half = 2.7764451 * √0.16 = 1.1105780.
        var gain = PairedDifference.Of([0, 0, 1, 1, 0], [1, 1, 1, 0, 1]);

        Assert.Equal(0.4, gain.Estimate, 1e-9);
        Assert.Equal(-0.7105780, gain.Low, 1e-6);
        Assert.Equal(1.5105780, gain.High, 1e-6);
    }

    [Fact]
    public void It_is_narrower_than_unpaired_rates_where_both_find_the_same_problems_hard()
    {
        double[] before = [.. Enumerable.Range(0, 200).Select(i => i % 2 == 0 ? 1.0 : 0.0)];
        double[] after = [.. before.Select((outcome, i) => i < 20 ? 1.0 : outcome)];

        var gain = PairedDifference.Of(before, after);

        Assert.Equal(0.05, gain.Estimate, 1e-9);
        Assert.InRange(gain.Low, 0.015, 0.025); // unpaired, the interval would reach below 0
    }

    [Fact]
    public void Pairs_without_a_score_are_left_out() =>
        Assert.Equal(0.5, PairedDifference.Of([0, 0, double.NaN, 1], [1, 0, 1, double.NaN]).Estimate);

    [Fact]
    public void Outcomes_that_are_not_pairs_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => PairedDifference.Of([0, 1], [1]));

        Assert.Contains("2 outcomes before and 1 after", error.Message);
    }
}
