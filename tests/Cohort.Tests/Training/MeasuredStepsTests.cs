using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class MeasuredStepsTests
{
    [Theory]
    [InlineData(3, 0, 8, new[] { 3, 6, 8 })]
    [InlineData(0, 0, 8, new int[0])]
    [InlineData(0, 3, 8, new[] { 3, 6, 8 })]
    [InlineData(5, 2, 8, new[] { 4, 5, 8 })]
    [InlineData(0, 20, 8, new[] { 1, 2, 3, 4, 5, 6, 7, 8 })]
    public void Steps_of_the_interval_the_end_and_the_shares_of_the_curve_are_due(int every, int points, int steps, int[] expected) =>
        Assert.Equal(expected, Enumerable.Range(1, steps).Where(step => MeasuredSteps.IsDue(Options(every, points, steps), step, 0, 0)));

    // 29/100 of 100 steps is 28.999999999999996 in floating point.
    [Fact]
    public void No_share_is_missed_by_rounding() =>
        Assert.All(Enumerable.Range(1, 100), step => Assert.True(MeasuredSteps.IsDue(Options(0, 100, 100), step, 0, 0)));

    [Fact]
    public void A_share_of_the_token_budget_is_due_in_the_step_that_reaches_it()
    {
        var options = Options(0, 4, 0) with { Budget = new() { Steps = 0, Tokens = 1000 } };
        Assert.False(MeasuredSteps.IsDue(options, 1, 0, 249));
        Assert.True(MeasuredSteps.IsDue(options, 2, 249, 250));
        Assert.False(MeasuredSteps.IsDue(options, 3, 250, 499));
        Assert.True(MeasuredSteps.IsDue(options, 4, 499, 1100));
    }

    private static RunOptions Options(int every, int points, int steps) => new()
    {
        Evaluation = new() { Every = every, Curve = new() { Points = points } },
        Budget = new() { Steps = steps },
    };
}
