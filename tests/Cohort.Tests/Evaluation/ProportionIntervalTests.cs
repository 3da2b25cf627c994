using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class ProportionIntervalTests
{
    // 8 of 10: P(X ≥ 8) = 45 p⁸ (1-p)² + 10 p⁹ (1-p) + p¹⁰ is 0.025 at the lower end, and P(X ≤ 8) = 1 - 10 p⁹ (1-p) - p¹⁰ at the upper one.
    [Theory]
    [InlineData(8, 10, 0.8, 0.4439045, 0.9747893)]
    [InlineData(0, 12, 0.0, 0.0, 0.2646485)] // 1 - 0.025^(1/12)
    [InlineData(7, 7, 1.0, 0.5903837, 1.0)] // 0.025^(1/7)
    public void It_matches_a_hand_computed_interval(int successes, int trials, double estimate, double low, double high)
    {
        var interval = ProportionInterval.Of(successes, trials);

        Assert.Equal(estimate, interval.Estimate, 1e-6);
        Assert.Equal(low, interval.Low, 1e-6);
        Assert.Equal(high, interval.High, 1e-6);
    }

    [Theory]
    [InlineData(5)]
    [InlineData(20)]
    [InlineData(100)]
    [InlineData(500)]
    [InlineData(2000)]
    public void It_holds_any_proportion_with_a_probability_of_at_least_95_percent(int trials)
    {
        Interval[] intervals = [.. Enumerable.Range(0, trials + 1).Select(successes => ProportionInterval.Of(successes, trials))];
        double[] ends = [.. intervals.SelectMany(interval => new[] { interval.Low - 1e-9, interval.High + 1e-9 })]; // where coverage jumps
        double[] grid = [.. Enumerable.Range(1, 199).Select(i => i / 200.0), 0.3 / trials, 1 - (0.3 / trials), .. ends.Where(p => p is > 0 and < 1)];

        Assert.All(grid.Chunk(Math.Max(1, grid.Length / 400)), some => Assert.True(Coverage(intervals, some[0]) >= 0.95 - 1e-6, $"at {some[0]}"));
    }

    [Fact]
    public void The_interval_of_clusters_matches_a_hand_computed_one()
    {
        // p = 0.45, s² = 1.225 / 9, 10 p (1-p) / s² = 2.475 / 0.1361111 = 18.1836735, below 40; times (2.0226909 / 2.2621572)² it is n* = 14.5376807,
        // and n* p = 6.5419563. The points of Beta(6.54, 9.00) and Beta(7.54, 8.00) are by Simpson's rule and bisection.
        var interval = ProportionInterval.OfClusters([0, 0.75, 1, 0.25, 0, 0.5, 1, 0.25, 0.5, 0.25], trials: 4);

        Assert.Equal(0.45, interval.Estimate, 1e-12);
        Assert.Equal(0.1964849, interval.Low, 1e-6);
        Assert.Equal(0.7243430, interval.High, 1e-6);
    }

    [Fact]
    public void Clusters_that_all_fail_count_once_each() =>
        Assert.Equal(ProportionInterval.Of(0, 4), ProportionInterval.OfClusters([0, 0, 0, 0], trials: 8));

    [Fact]
    public void Equal_clusters_count_as_no_more_trials_than_there_were()
    {
        var interval = ProportionInterval.OfClusters([0.5, 0.5, 0.5, 0.5, 0.5], trials: 4);

        Assert.True(interval.Low < ProportionInterval.Of(10, 20).Low && interval.High > ProportionInterval.Of(10, 20).High);
    }

    [Fact]
    public void One_cluster_has_no_interval()
    {
        Assert.Equal(new Interval(0.25, double.NaN, double.NaN), ProportionInterval.OfClusters([0.25], trials: 4));
        Assert.Equal(double.NaN, ProportionInterval.OfClusters([], trials: 4).Estimate);
    }

    [Fact]
    public void Rare_passes_of_few_problems_are_held_by_the_interval_of_clusters_and_not_by_Students()
    {
        var random = new Random(7);
        var (clusters, student) = (0, 0);
        for (var experiment = 0; experiment < 500; experiment++)
        {
            double[] shares = [.. Enumerable.Range(0, 20).Select(_ => Share(Math.Pow(random.NextDouble(), 19), random))]; // the mean of u¹⁹ is 1/20
            clusters += Holds(ProportionInterval.OfClusters(shares, trials: 4)) ? 1 : 0;
            student += Holds(MeanInterval.Of(shares)) ? 1 : 0;
        }

        Assert.True(clusters >= 0.93 * 500, $"{clusters} of 500");
        Assert.True(student < 0.9 * 500, $"{student} of 500");

        static double Share(double pass, Random random) => Enumerable.Range(0, 4).Count(_ => random.NextDouble() < pass) / 4.0;
        static bool Holds(Interval interval) => interval.Low <= 0.05 && 0.05 <= interval.High;
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

    // Σ C(n, x) p^x (1-p)^(n-x) over the x whose interval holds p, exact but for rounding; each term from the one before, in logs.
    private static double Coverage(Interval[] intervals, double p)
    {
        var trials = intervals.Length - 1;
        var (log, odds, sum) = (trials * Math.Log(1 - p), Math.Log(p / (1 - p)), 0.0);
        for (var successes = 0; successes <= trials; successes++)
        {
            if (intervals[successes].Low <= p && p <= intervals[successes].High)
                sum += Math.Exp(log);

            log += odds + Math.Log((trials - successes) / (successes + 1.0));
        }

        return sum;
    }
}
