using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class BootstrapTests
{
    [Fact]
    public void Two_values_give_their_range()
    {
        // The mean of two draws is 0.3, 0.5 or 0.7 with probabilities 1/4, 1/2, 1/4: the 2.5 and 97.5 % points are the ends.
        Assert.Equal(new Interval(0.5, 0.3, 0.7), Bootstrap.Mean([0.3, 0.7], seed: 4));
    }

    [Fact]
    public void Points_are_those_of_the_enumerated_distribution()
    {
        // Of 0.2, 0.5, 1.4: all three draws equal to 0.2 have 1/27 = 3.7 % > 2.5 %, so the lower point is 0.2; the upper one is 1.4.
        Assert.Equal(new Interval(0.7, 0.2, 1.4), Rounded(Bootstrap.Mean([0.2, 0.5, 1.4], seed: 4, resamples: 20_000)));

        // Of 0.1, 0.2, 0.4, 0.8 sums of four draws: 0.4 has 1/256 and 0.5 has 4/256, together 2.0 %, and 0.6 has 6/256: the lower point is 0.15.
        // From above: 3.2 has 1/256, 2.8 and 2.6 have 4/256 each, together 3.5 %: the upper point is 2.6 / 4 = 0.65.
        Assert.Equal(new Interval(0.375, 0.15, 0.65), Rounded(Bootstrap.Mean([0.1, 0.2, 0.4, 0.8], seed: 4, resamples: 20_000)));
    }

    [Fact]
    public void The_same_seed_gives_the_same_interval()
    {
        double[] values = [0.31, 0.47, 0.52, 0.66, 0.93];

        Assert.Equal(Bootstrap.Mean(values, seed: 11), Bootstrap.Mean(values, seed: 11));
        Assert.NotEqual(Bootstrap.Mean(values, seed: 11, resamples: 50), Bootstrap.Mean(values, seed: 12, resamples: 50));
    }

    [Fact]
    public void A_single_value_has_no_interval() => Assert.Equal(new Interval(0.4, double.NaN, double.NaN), Bootstrap.Mean([0.4], seed: 1));

    private static Interval Rounded(Interval interval) =>
        new(Math.Round(interval.Estimate, 12), Math.Round(interval.Low, 12), Math.Round(interval.High, 12));
}
