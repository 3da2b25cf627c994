using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Rewards;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

public sealed class CancelTests : IDisposable
{
    private const int RowsPerStep = 16;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    public void Before_the_first_token_nothing_is_begun(string kind)
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var stopped = TinyRun.Train(kind, _folder.File("parts"), new SilentSink(), () => stop.Token);

        Assert.Equal((RunEnd.Cancelled, 0L), (stopped.End, stopped.Step));
        Assert.Equal(_folder.File("parts/base"), stopped.ModelFolder);
        AssertResumedEqualsWhole(kind);
    }

    [Theory]
    [InlineData("grpo", 1)] // after the first of four portions of the step's sampling
    [InlineData("grpo", RowsPerStep)] // while the step's last reward is computed
    [InlineData("ppo", 6)]
    [InlineData("ppo", RowsPerStep)]
    public void While_sampling_or_scoring_the_step_is_given_up(string kind, int call)
    {
        const int FinishedSteps = 3;
        string[] sets = ["rollout.largestBatch=4", "evaluation.every=0", "rollout.maxRefills=0"];
        using var stop = new CancellationTokenSource();
        var calls = 0;
        var stopping = new DelegateReward("mine", async (problem, completion, cancel) =>
        {
            if (Interlocked.Increment(ref calls) == (FinishedSteps * RowsPerStep) + call)
            {
                await stop.CancelAsync();
                await Task.Delay(Timeout.Infinite, cancel);
            }

            return Judge(problem, completion);
        });
        var stopped = TinyRun.Train(kind, _folder.File("parts"), stopping, () => stop.Token, sets);

        Assert.Equal((RunEnd.Cancelled, (long)FinishedSteps), (stopped.End, stopped.Step));
        Assert.True(Directory.Exists(stopped.ModelFolder));
        var reward = new DelegateReward("mine", (problem, completion, _) => ValueTask.FromResult(Judge(problem, completion)));
        TinyRun.Train(kind, _folder.File("whole"), reward, TinyRun.Never, sets);
        TinyRun.Resume(_folder.File("parts"), reward);
        RunBits.AssertSame(_folder.File("whole"), _folder.File("parts"));
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    [InlineData("ppo")]
    public void During_validation_the_step_is_finished_first(string kind)
    {
        using var stop = new CancellationTokenSource();
        var sink = new StoppingSink(stop, progressInEvaluation: 3);
        var stopped = TinyRun.Train(kind, _folder.File("parts"), sink, () => stop.Token);

        Assert.Equal((RunEnd.Cancelled, 3L), (stopped.End, stopped.Step));
        AssertNothingIsLost(stopped);
        AssertResumedEqualsWhole(kind);
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    [InlineData("ppo")]
    public void At_any_moment_nothing_finished_is_lost(string kind)
    {
        var random = new Random(11);
        TinyRun.Train(kind, _folder.File("whole"));
        var sink = new KeepingSink();
        var result = Interrupted(stop => TinyRun.Train(kind, _folder.File("parts"), sink, stop));
        for (var attempt = 0; result.End == RunEnd.Cancelled && attempt < 20; attempt++)
        {
            AssertNothingIsLost(result);
            result = Interrupted(stop => TinyRun.Resume(kind, _folder.File("parts"), sink, stop));
        }

        if (result.End == RunEnd.Cancelled)
            TinyRun.Resume(kind, _folder.File("parts"), sink, TinyRun.Never);

        RunBits.AssertSame(_folder.File("whole"), _folder.File("parts"));
        Assert.Equal(8, sink.Steps.Select(step => step.Step).Where(step => step > 0).Distinct().Count());

        RunResult Interrupted(Func<Func<CancellationToken>, RunResult> run)
        {
            using var stop = new CancellationTokenSource();
            return run(() =>
            {
                stop.CancelAfter(random.Next(5, 90));
                return stop.Token;
            });
        }
    }

    [Fact]
    public void A_stopped_run_goes_on_in_the_same_process_too()
    {
        using var stop = new CancellationTokenSource();
        using (var run = PolicyRun.Start(
            _folder.File("parts"), RunFile.ParseRun(TinyRun.File("grpo"), []), new StoppingSink(stop, progressInEvaluation: 1)))
        {
            Assert.Equal(RunEnd.Cancelled, run.Train(stop.Token).End);
            Assert.Equal(RunEnd.BudgetUsed, run.Train().End);
        }

        TinyRun.Train("grpo", _folder.File("whole"));
        RunBits.AssertSame(_folder.File("whole"), _folder.File("parts"));
    }

    private static Score Judge(Problem problem, Completion completion) =>
        new TaskReward(BundledTasks.Create(TaskName.Reverse, 2)).Judge(problem, completion.Text);

    private static void AssertNothingIsLost(RunResult stopped)
    {
        var place = new RunDirectory(stopped.Directory);
        Assert.Equal(stopped.Step, MetricsFile.Read(place.Metrics).Select(step => step.Step).LastOrDefault());
        if (stopped.Step > 0)
            Assert.Equal(stopped.Step, TrainerState.Load(place.NewestCheckpoint()).Step);
    }

    private void AssertResumedEqualsWhole(string kind)
    {
        TinyRun.Train(kind, _folder.File("whole"));
        TinyRun.Resume(kind, _folder.File("parts"));
        RunBits.AssertSame(_folder.File("whole"), _folder.File("parts"));
    }

    /// <summary>Sets a token at the n-th progress of a measurement: 1 and 2 are of the starting model, 3 and 4 after a step.</summary>
    private sealed class StoppingSink(CancellationTokenSource stop, int progressInEvaluation) : SilentSink
    {
        private int _seen;

        public override void Progress(RunPhase phase, long done, long total)
        {
            if (phase == RunPhase.Evaluation && ++_seen == progressInEvaluation)
                stop.Cancel();
        }
    }
}
