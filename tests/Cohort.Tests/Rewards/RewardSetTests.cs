using Cohort.Data;
using Cohort.Rewards;

namespace Cohort.Tests.Rewards;

public sealed class RewardSetTests
{
    private static readonly Problem Question = new("p", "2+2=", "4");

    [Fact]
    public void Scores_are_summed_by_weight_and_are_parts_by_their_names()
    {
        var score = Score(
            new WeightedReward("right", Gives(Cohort.Data.Score.Of(1, ("correct", 1), ("format", 0.5))), 2, Deadline),
            new WeightedReward("short", Gives(Cohort.Data.Score.Of(0.5)), -0.5, Deadline));

        var scored = Assert.IsType<Scored>(score);
        Assert.Equal(1.75, scored.Total);
        Assert.Equal(["right=1", "right/correct=1", "right/format=0.5", "short=0.5"], scored.Parts.Select(part => $"{part.Key}={part.Value}"));
    }

    [Fact]
    public void A_single_reward_keeps_its_parts_and_is_weighted()
    {
        var scored = Assert.IsType<Scored>(Score(new WeightedReward("right", Gives(Cohort.Data.Score.Of(1, ("correct", 1))), 3, Deadline)));

        Assert.Equal(3, scored.Total);
        Assert.Equal(["correct=1"], scored.Parts.Select(part => $"{part.Key}={part.Value}"));
        Assert.True(scored.Passes);
    }

    [Fact]
    public void The_first_reward_says_whether_a_completion_passes()
    {
        var wrong = new WeightedReward("right", Gives(Cohort.Data.Score.Of(0)), 1, Deadline);
        var long5 = new WeightedReward("long", Gives(Cohort.Data.Score.Of(5)), 1, Deadline);

        Assert.False(((Scored)Score(wrong, long5)).Passes);
        Assert.True(((Scored)Score(long5, wrong)).Passes);
    }

    [Fact]
    public void A_completion_that_one_reward_cannot_score_has_none_and_says_which()
    {
        var score = Score(
            new WeightedReward("right", Gives(Cohort.Data.Score.Of(1)), 1, Deadline),
            new WeightedReward("judge", Gives(Cohort.Data.Score.None("it is asleep")), 1, Deadline));

        Assert.Equal("judge: it is asleep", Assert.IsType<Unscored>(score).Reason);
        Assert.Equal([("right", true), ("judge", false)], score.Verdicts.Select(verdict => (verdict.Reward, verdict.Score is Scored)));
    }

    [Fact]
    public void A_reward_of_weight_0_is_measured_and_its_failure_costs_nothing()
    {
        var right = new RewardSet([new WeightedReward("right", Gives(Cohort.Data.Score.Of(1)), 1, Deadline)]);
        var judge = RewardSet.Of(Gives(Cohort.Data.Score.None("it is asleep")), Deadline);
        var length = RewardSet.Of(Gives(Cohort.Data.Score.Of(7)), Deadline);

        var scored = Assert.IsType<Scored>(Score([.. right.Measuring(Named("judge", judge)).Measuring(Named("length", length)).Rewards]));

        Assert.Equal(1, scored.Total);
        Assert.Equal(["right=1", "length=7"], scored.Parts.Select(part => $"{part.Key}={part.Value}"));
        Assert.Equal(["right", "judge", "length"], scored.Verdicts.Select(verdict => verdict.Reward));
    }

    [Fact]
    public void A_single_reward_of_weight_0_that_fails_costs_nothing_either()
    {
        var scored = Assert.IsType<Scored>(Score(new WeightedReward("judge", Gives(Cohort.Data.Score.None("it is asleep")), 0, Deadline)));

        Assert.Equal(0, scored.Total);
        Assert.False(scored.Passes);
        Assert.Empty(scored.Parts);
    }

    [Fact]
    public void A_sum_or_a_step_beyond_the_bound_is_no_score()
    {
        var large = Score(
            new WeightedReward("one", Gives(Cohort.Data.Score.Of(8e14)), 0.7, Deadline),
            new WeightedReward("two", Gives(Cohort.Data.Score.Of(7e14)), 0.8, Deadline));
        var steps = Score(new WeightedReward("steps", Gives(Cohort.Data.Score.OfSteps(new(0, 6e14), new(1, -5e14))), 2, Deadline));

        Assert.StartsWith($"times its weight, a score or the sum is {(0.7 * 8e14) + (0.8 * 7e14)}, which", Assert.IsType<Unscored>(large).Reason);
        Assert.Equal(["one", "two"], large.Verdicts.Select(verdict => verdict.Reward));
        Assert.StartsWith($"times its weight, a score or the sum is {1.2e15}, which", Assert.IsType<Unscored>(steps).Reason);
    }

    [Fact]
    public void Rewards_of_steps_are_weighted_too()
    {
        var scored = Assert.IsType<Scored>(Score(
            new WeightedReward("steps", Gives(Cohort.Data.Score.OfSteps(new(0, 1), new(1, -0.5))), 2, Deadline),
            new WeightedReward("end", Gives(Cohort.Data.Score.Of(4)), 0.5, Deadline)));

        Assert.Equal(3, scored.Total);
        Assert.Equal([new StepReward(0, 2), new StepReward(1, -1)], scored.Steps);
    }

    [Fact]
    public void A_batch_reward_sees_all_completions_of_the_step_in_their_order_on_the_waiting_thread()
    {
        var batch = new Batch(rows => [.. rows.Select(row => Cohort.Data.Score.Of(row.Completion.Text.Length))]);
        using var set = RewardSet.Of(batch, Deadline);
        using var queue = new RewardQueue(set, TimeProvider.System);
        queue.Add(Question, [Answer("b", 0, 1), Answer("bb", 1, 1)], default);
        queue.Add(Question, [Answer("", 0, 0), Answer("a", 1, 0)], default);

        Assert.Equal([0, 1, 1, 2], queue.Complete().Cast<Scored>().Select(score => score.Total));
        Assert.Equal(Environment.CurrentManagedThreadId, batch.Thread);
    }

    [Fact]
    public void A_batch_reward_that_throws_or_gives_too_few_scores_gives_none()
    {
        Assert.Equal("batch threw InvalidOperationException: no", Reason(_ => throw new InvalidOperationException("no")));
        Assert.Equal("batch gave 0 scores for 1 completions", Reason(_ => []));
        Assert.Equal("batch gave NaN instead of a finite number", Reason(_ => [Cohort.Data.Score.Of(double.NaN)]));

        static string Reason(Func<IReadOnlyList<(Problem Problem, Completion Completion)>, IReadOnlyList<Score>> score)
        {
            using var queue = new RewardQueue(RewardSet.Of(new Batch(score), Deadline), TimeProvider.System);
            queue.Add(Question, [Answer("a", 0, 0)], default);
            return Assert.IsType<Unscored>(Assert.Single(queue.Complete())).Reason;
        }
    }

    [Fact]
    public void Two_rewards_of_one_name_are_refused()
    {
        var one = new WeightedReward("a", Gives(Cohort.Data.Score.Of(1)), 1, Deadline);

        Assert.Contains("name of its own", Assert.Throws<ArgumentException>(() => new RewardSet([one, one])).Message);
    }

    private static TimeSpan Deadline => TimeSpan.FromSeconds(10);

    private static DelegateReward Gives(Score score) => new("own", (_, _, _) => ValueTask.FromResult(score));

    private static RewardSet Named(string name, RewardSet one) => new([one.Rewards[0] with { Name = name }]);

    private static Completion Answer(string text, int sample, int prompt) => new(prompt, sample, [1], [2], [-0.5f], FinishReason.Stop, text);

    private static Score Score(params WeightedReward[] rewards)
    {
        using var queue = new RewardQueue(new RewardSet(rewards), TimeProvider.System);
        queue.Add(Question, [new(0, 0, [1], [2, 3], [-0.5f, -0.5f], FinishReason.Stop, "4")], default);
        return Assert.Single(queue.Complete());
    }

    private sealed class Batch(Func<IReadOnlyList<(Problem Problem, Completion Completion)>, IReadOnlyList<Score>> score) : IBatchReward
    {
        public string Name => "batch";

        public int Thread { get; private set; }

        public IReadOnlyList<Score> Score(IReadOnlyList<(Problem Problem, Completion Completion)> rows, CancellationToken cancel)
        {
            Thread = Environment.CurrentManagedThreadId;
            return score(rows);
        }
    }
}
