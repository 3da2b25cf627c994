using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class SeedProblemDifferenceTests
{
    // Seeds have means 0.3, 0.2, 0.4, problems 0.5, 0.1, 0.3, 0.3, all 0.3. MS_a = 4 * 0.02 / 2 = 0.04, MS_b = 3 * 0.08 / 3 = 0.08,
    // the residuals 0 0 .1 -.1 / -.1 .1 0 0 / .1 -.1 -.1 .1 give MS_e = 0.08 / 6.
    private static readonly double[][] Table = [[0.5, 0.1, 0.4, 0.2], [0.3, 0.1, 0.2, 0.2], [0.7, 0.1, 0.3, 0.5]];

    [Fact]
    public void It_matches_a_hand_computed_analysis_of_variance()
    {
        var difference = SeedProblemDifference.Of(Table);

        // Components (0.04 - 0.08/6) / 4, (0.08 - 0.08/6) / 3, 0.08/6. A, B, E = 3/900, 6/900, 1/900: V = 8/900,
        // ν = 64 / (9/2 + 36/3 + 1/6) = 3.84, where t = 2.8226696; p and t by Simpson's rule.
        Assert.Equal(1.0 / 150, difference.SeedVariance, 1e-12);
        Assert.Equal(1.0 / 45, difference.ProblemVariance, 1e-12);
        Assert.Equal(1.0 / 75, difference.ResidualVariance, 1e-12);
        Assert.Equal(0.0942809042, difference.StandardError, 1e-9);
        Assert.Equal(3.84, difference.Degrees, 1e-9);
        Assert.Equal(0.3, difference.Interval.Estimate, 1e-12);
        Assert.Equal(0.0338761577, difference.Interval.Low, 1e-8);
        Assert.Equal(0.5661238423, difference.Interval.High, 1e-8);
        Assert.Equal(0.0354459828, difference.PValue, 1e-8);
        Assert.Equal((3, 4), (difference.Seeds, difference.Problems));
        Assert.True(difference.ExcludesZero);
    }

    [Fact]
    public void A_negative_component_counts_as_zero()
    {
        // Both seeds have mean 0.3, problems 0.35, 0.25, 0.25, 0.35: MS_a = 0, MS_b = 0.02/3, MS_e = 0.1/3. All three count as 0.1/3: V = MS_e / 8 = 1/240;
        // ν = 1 / (1 + 1/3 + 1/3) = 0.6, raised to 1, where t = 12.7062047.
        var difference = SeedProblemDifference.Of([[0.5, 0.1, 0.3, 0.3], [0.2, 0.4, 0.2, 0.4]]);

        Assert.Equal((0, 0), (difference.SeedVariance, difference.ProblemVariance));
        Assert.Equal(1, difference.Degrees);
        Assert.Equal(0.0645497224, difference.StandardError, 1e-9);
        Assert.Equal(-0.5201819889, difference.Interval.Low, 1e-8);
        Assert.Equal(1.1201819889, difference.Interval.High, 1e-8);
        Assert.Equal(0.1349217397, difference.PValue, 1e-8);
    }

    [Fact]
    public void One_seed_gives_the_interval_over_problems()
    {
        double[] seed = [0.5, 0.1, 0.4, -0.2];
        var difference = SeedProblemDifference.Of([seed]);

        Assert.Equal(MeanInterval.Of(seed), difference.Interval);
        Assert.Equal(3, difference.Degrees);
        Assert.Equal(double.NaN, difference.SeedVariance);
        Assert.Equal(0.1, difference.ProblemVariance, 1e-12); // (0.09 + 0.01 + 0.04 + 0.16) / 3 around 0.2 is 0.3 / 3
        Assert.Equal(2, difference.SeedsNeeded());
        Assert.Equal(double.NaN, difference.SmallestDifference(5));
    }

    [Fact]
    public void One_problem_gives_the_interval_over_seeds()
    {
        var difference = SeedProblemDifference.Of([[0.5], [0.1], [0.4]]);

        Assert.Equal(MeanInterval.Of([0.5, 0.1, 0.4]), difference.Interval);
        Assert.Equal((2, double.NaN), (difference.Degrees, difference.ProblemVariance));
    }

    [Fact]
    public void Equal_differences_tell_nothing_of_the_error()
    {
        var difference = SeedProblemDifference.Of([[0.1, 0.1, 0.1], [0.1, 0.1, 0.1]]);

        Assert.Equal(new Interval(0.1, double.NaN, double.NaN), difference.Interval);
        Assert.Equal((double.NaN, double.NaN), (difference.PValue, difference.StandardError));
        Assert.False(difference.ExcludesZero);
        Assert.Equal(SeedProblemDifference.MaximumSeeds, difference.SeedsNeeded());
    }

    [Fact]
    public void Problems_that_one_seed_has_not_scored_and_seeds_without_scores_are_left_out()
    {
        const double none = double.NaN;
        var difference = SeedProblemDifference.Of(
            [[0.5, 0.9, 0.1, 0.4, 0.2], [0.3, none, 0.1, 0.2, 0.2], [none, none, none, none, none], [0.7, 0.6, 0.1, 0.3, 0.5]]);

        Assert.Equal(SeedProblemDifference.Of(Table), difference);
    }

    [Fact]
    public void Without_scores_nothing_is_known()
    {
        var difference = SeedProblemDifference.Of([[double.NaN, double.NaN]]);

        Assert.Equal((0, 0), (difference.Seeds, difference.Problems));
        Assert.Equal(double.NaN, difference.Interval.Estimate);
        Assert.Equal(double.NaN, difference.PValue);
    }

    [Fact]
    public void The_order_of_seeds_and_problems_changes_nothing()
    {
        var difference = SeedProblemDifference.Of(Table);
        var other = SeedProblemDifference.Of([.. Table.Reverse().Select(row => row.Reverse().ToArray())]);

        Assert.Equal(difference.Interval.Low, other.Interval.Low, 1e-12);
        Assert.Equal(difference.PValue, other.PValue, 1e-12);
    }

    [Fact]
    public void The_level_sets_the_width()
    {
        var half = SeedProblemDifference.Of(Table, level: 0.6).Interval.High - 0.3;

        Assert.Equal(0.9455283255 * 0.0942809042, half, 1e-8); // the 80 % point at ν = 3.84
    }

    [Fact]
    public void The_smallest_difference_matches_a_hand_computed_one()
    {
        // Six seeds: A, B, E = 3/1800, 11/1800, 1/1800: V = 13/1800, ν = 169 / (9/5 + 121/3 + 1/15) = 4.00474, where t is 2.7752 and 0.9409.
        Assert.Equal(0.3157980197, SeedProblemDifference.Of(Table).SmallestDifference(6), 1e-7);
    }

    [Fact]
    public void Seeds_needed_are_those_of_the_paired_t_test_where_only_seeds_vary()
    {
        // A difference of half a standard deviation: (t.975 + t.8) / √S is 0.5031 at 33 seeds, 0.4952 at 34; tables of the noncentral t say 34, too.
        var difference = new SeedProblemDifference(new(0.1, -0.15, 0.35), 0.0894, 4, 0.3, 0.04, 0, 0, Seeds: 5, Problems: 100);

        Assert.Equal(34, difference.SeedsNeeded());
        Assert.Equal(5, (difference with { Interval = new(0.1, 0.02, 0.18) }).SeedsNeeded());
        Assert.Equal(40, (difference with { Seeds = 40 }).SeedsNeeded());
    }

    [Fact]
    public void No_number_of_seeds_does_what_needs_more_problems()
    {
        var difference = new SeedProblemDifference(new(0.1, -0.15, 0.35), 0.12, 30, 0.3, 0.001, 0.3, 0.02, Seeds: 5, Problems: 20);

        Assert.Equal(SeedProblemDifference.MaximumSeeds, difference.SeedsNeeded());
    }

    [Fact]
    public void Rounding_is_no_difference_and_nothing_measured_needs_two_seeds()
    {
        Assert.Equal(double.NaN, SeedProblemDifference.Of([[0.1 + 0.2, 0.3], [0.3, 0.3]]).PValue);
        var none = SeedProblemDifference.Of([[double.NaN, double.NaN], [double.NaN, double.NaN]]);

        Assert.Equal((0, 2, double.NaN), (none.Seeds, none.SeedsNeeded(), none.SmallestDifference(seeds: 5)));
    }

    [Fact]
    public void Mistakes_are_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => SeedProblemDifference.Of([[0.1, 0.2], [0.3]]));

        Assert.Contains("Seeds have 2, 1 problems", error.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => SeedProblemDifference.Of(Table, level: 95));
        Assert.Throws<ArgumentOutOfRangeException>(() => SeedProblemDifference.Of(Table).SeedsNeeded(power: 0.4));
        Assert.Throws<ArgumentOutOfRangeException>(() => SeedProblemDifference.Of(Table).SmallestDifference(1));
    }
}
