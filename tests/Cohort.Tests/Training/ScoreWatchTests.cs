using Cohort.Data;
using Cohort.Rewards;
using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class ScoreWatchTests
{
    private static readonly DelegateReward Any = new("any", (_, _, _) => ValueTask.FromResult(Score.Of(1)));

    [Fact]
    public void A_measurement_is_stopped_as_soon_as_a_limit_is_certainly_passed()
    {
        using var watch = Watch(limit: 0.25, expected: 8);
        Hear(watch, "right", Score.Of(0.5), Score.None("busy."), Score.None("busy."));
        Assert.False(watch.Token.IsCancellationRequested);
        Hear(watch, "right", Score.None("late"));

        Assert.True(watch.Token.IsCancellationRequested);
        Assert.Equal(
            "The reward right gave no score to 3 of 4 answers so far, of 8 in all (the limit is 25 %): 2 x busy; 1 x late. Mend the reward, or raise its "
            + "largestUnscoredShare or deadlineSeconds.",
            watch.Failure?.Message);
    }

    [Theory]
    [InlineData(0.5, 10)]
    [InlineData(0.8, 31)]
    public void A_reward_that_never_scores_is_stopped_once_its_limit_is_incredible(double limit, int calls)
    {
        using var watch = Watch(limit, expected: 1000);
        Hear(watch, "right", [.. Enumerable.Repeat(Score.None("down"), calls - 1)]);
        Assert.Null(watch.Failure);
        Hear(watch, "right", Score.None("down"));

        Assert.StartsWith($"The reward right gave no score to any of the first {calls} answers, of 1000 in all", watch.Failure?.Message);
        Assert.True(watch.Token.IsCancellationRequested);
    }

    [Fact]
    public void One_reward_is_not_blamed_for_another()
    {
        using var watch = Watch(limit: 0.5, expected: 1000);
        Hear(watch, "right", [Score.Of(0.25), .. Enumerable.Repeat(Score.None("down"), 20)]);
        Hear(watch, "style", [.. Enumerable.Repeat(Score.None("down"), 9)]);
        Assert.Null(watch.Failure);
        Hear(watch, "style", Score.None("down"));

        Assert.StartsWith("The reward style gave no score to any of the first 10", watch.Failure?.Message);
    }

    [Fact]
    public void A_limit_of_1_is_never_passed()
    {
        using var watch = Watch(limit: 1, expected: 50);
        Hear(watch, "right", [.. Enumerable.Repeat(Score.None("down"), 50)]);

        Assert.Null(watch.Failure);
    }

    private static ScoreWatch Watch(double limit, int expected) => new(
        new RewardSet([.. new[] { "right", "style" }.Select(name => new WeightedReward(name, Any, 1, TimeSpan.FromSeconds(1), limit))]),
        "answers", expected, CancellationToken.None);

    private static void Hear(ScoreWatch watch, string reward, params Score[] scores) =>
        Array.ForEach(scores, score => watch.Hear(new Verdict(reward, score, Seconds: 0.1)));
}
