using Cohort.Data;
using Cohort.Rewards;

namespace Cohort.Tests.Forging;

/// <summary>What a reward that a completion has under its control can do to the weighted sum: no more than its weight allows.</summary>
public sealed class SumForgingTests
{
    private static readonly double[] NoScores =
        [double.NaN, double.PositiveInfinity, double.NegativeInfinity, double.MaxValue, -double.MaxValue, 1e300, -1e39, 3.5e38, -1e16, 1.01e15];

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(-1e6)]
    [InlineData(1e-300)]
    [InlineData(1e6)]
    public void A_number_beyond_the_bounds_is_no_score_wherever_it_stands(double weight)
    {
        foreach (var number in NoScores)
        {
            Score[] forged = [Score.Of(number), Score.Of(0.5, ("correct", number)), Score.OfSteps(new StepReward(0, number), new StepReward(0, -number))];
            foreach (var score in forged)
            {
                var sum = Combined(new("right", Gives(Score.Of(0.25)), 1, Deadline), new("forged", Gives(score), weight, Deadline));
                Assert.True(weight == 0 ? sum is Scored { Total: 0.25, Parts.Count: 1 } : sum is Unscored, $"{number} in {score} at {weight}: {sum}");
            }
        }
    }

    [Fact]
    public void A_reward_of_weight_0_adds_nothing_and_one_below_0_never_gains()
    {
        foreach (var number in (double[])[1e15, -1e15, 7, -7, -0.0, double.Epsilon])
        {
            var none = Combined(new("right", Gives(Score.Of(0.25)), 1, Deadline), new("forged", Gives(Score.OfSteps(new StepReward(0, number))), 0, Deadline));
            Assert.Equal(0.25, Assert.IsType<Scored>(none).Total);
            Assert.Empty(Assert.IsType<Scored>(none).Steps);
        }

        var lost = Combined(new("right", Gives(Score.Of(0.25)), 1, Deadline), new("forged", Gives(Score.Of(7, ("correct", 1))), -2, Deadline));
        Assert.Equal(0.25 - (2 * 7), Assert.IsType<Scored>(lost).Total);
        Assert.False(Assert.IsType<Scored>(lost).Passes);
    }

    [Fact]
    public void A_sum_beyond_the_bounds_is_no_score_and_a_set_without_a_score_does_not_crash()
    {
        var sum = Combined(new WeightedReward("a", Gives(Score.Of(1e15)), 1e6, Deadline));
        Assert.Contains("the weighted sum of the rewards is 1E+21", Assert.IsType<Unscored>(sum).Reason);
        Assert.Empty(Assert.IsType<Scored>(Combined(new WeightedReward("a", Gives(Score.None("asleep")), 0, Deadline))).Parts);
    }

    private static TimeSpan Deadline => TimeSpan.FromSeconds(10);

    private static DelegateReward Gives(Score score) => new("own", (_, _, _) => ValueTask.FromResult(score));

    private static Score Combined(params WeightedReward[] rewards)
    {
        using var queue = new RewardQueue(new RewardSet(rewards), TimeProvider.System);
        queue.Add(new Problem("p", "2+2=", "4"), [new(0, 0, [1], [2, 3], [-0.5f, -0.5f], FinishReason.Stop, "4")], default);
        return Assert.Single(queue.Complete());
    }
}
