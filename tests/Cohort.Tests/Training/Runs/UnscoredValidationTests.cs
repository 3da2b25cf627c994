using System.Diagnostics;
using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Rewards;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

public sealed class UnscoredValidationTests : IDisposable
{
    private const int Problems = 20;
    private const int RowsPerStep = 16;

    private static readonly string[] Steps = ["rollout.maxRefills=0", "checkpoints.every=100"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void One_scored_answer_does_not_reach_the_target_for_all()
    {
        var calls = 0;
        var flaky = Named(_ => Interlocked.Increment(ref calls) == 3 ? Score.Of(1) : Score.None("server down"));
        var error = Assert.Throws<TrainingException>(() => TinyRun.Train("grpo", _folder.File("run"), flaky, TinyRun.Never, "evaluation.stopAt=0.9"));

        Assert.StartsWith("The reward mine gave no score to ", error.Message);
        Assert.Contains(" validation answers", error.Message);
        Assert.Contains(" x server down. Mend the reward", error.Message);
        Assert.Equal("", File.ReadAllText(new RunDirectory(_folder.File("run")).Metrics));
        Assert.Equal(8, TinyRun.Resume(_folder.File("run"), Named(Judge)).Step);
    }

    [Fact]
    public void A_hanging_reward_is_given_up_long_before_every_answer_was_tried()
    {
        var watch = Stopwatch.StartNew();
        var error = Assert.Throws<TrainingException>(
            () => TinyRun.Train("grpo", _folder.File("run"), new Hanging(), TinyRun.Never, "evaluation.problems=300", "reward.deadlineSeconds=0.2"));

        Assert.StartsWith("The reward mine gave no score to any of the first 10 validation answers", error.Message);
        Assert.InRange(watch.Elapsed.TotalSeconds, 10 * 0.2, 100 * 0.2);
    }

    [Fact]
    public void A_limit_of_1_lets_a_measurement_without_scores_pass()
    {
        var result = TinyRun.Train(
            "grpo", _folder.File("run"), Named(_ => Score.None("no")), TinyRun.Never,
            "reward.largestUnscoredShare=1", "evaluation.stopAt=0.1", "budget.steps=2");

        Assert.Equal((RunEnd.BudgetUsed, double.NaN), (result.End, result.BestValue));
    }

    [Fact]
    public void A_stop_during_the_first_validation_ends_it_at_once_and_leaves_no_numbers()
    {
        using var stop = new CancellationTokenSource();
        var stopping = new DelegateReward("mine", async (_, _, cancel) =>
        {
            await stop.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancel);
            return Score.Of(1);
        });
        var stopped = TinyRun.Train("grpo", _folder.File("parts"), stopping, () => stop.Token, "reward.deadlineSeconds=600");

        Assert.Equal((RunEnd.Cancelled, 0L), (stopped.End, stopped.Step));
        Assert.Equal("", File.ReadAllText(new RunDirectory(_folder.File("parts")).Metrics));
        TinyRun.Train("grpo", _folder.File("whole"), Named(Judge), TinyRun.Never);
        TinyRun.Resume(_folder.File("parts"), Named(Judge), "reward.deadlineSeconds=10");
        RunBits.AssertSame(_folder.File("whole"), _folder.File("parts"));
    }

    [Fact]
    public void A_reward_that_breaks_at_a_later_measurement_costs_no_step()
    {
        var calls = 0;
        var breaking = Named(completion =>
            Interlocked.Increment(ref calls) > (2 * Problems) + (3 * RowsPerStep) ? Score.None("server down") : Judge(completion));
        Assert.Throws<TrainingException>(() => TinyRun.Train("grpo", _folder.File("run"), breaking, TinyRun.Never, Steps));

        var place = new RunDirectory(_folder.File("run"));
        var last = MetricsFile.Read(place.Metrics)[^1];
        Assert.Equal((3L, 3L), (last.Step, TrainerState.Load(place.NewestCheckpoint()).Step));
        Assert.True(double.IsNaN(last[MetricNames.ValidationSampled]));
        Assert.Equal(8, TinyRun.Resume(_folder.File("run"), Named(Judge)).Step);
    }

    private static Score Judge(Completion completion) => Score.Of(completion.ResponseTokens[0] % 5);

    private static DelegateReward Named(Func<Completion, Score> score) => new("mine", (_, completion, _) => ValueTask.FromResult(score(completion)));

    /// <summary>One worker that never answers.</summary>
    private sealed class Hanging : IRewardFunction
    {
        public string Name => "mine";

        public int Concurrency => 1;

        public async ValueTask<Score> ScoreAsync(Problem problem, Completion completion, CancellationToken cancel)
        {
            await Task.Delay(Timeout.Infinite, CancellationToken.None);
            return Score.Of(1);
        }
    }
}
