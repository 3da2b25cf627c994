using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Rewards;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

public sealed class EndingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("sft", "steps=5")]
    [InlineData("grpo", "budget.steps=5")]
    public void A_budget_of_steps_is_used_up_to_the_last(string kind, string budget)
    {
        var result = TinyRun.Train(kind, _folder.File("run"), budget);

        Assert.Equal((RunEnd.BudgetUsed, 5L), (result.End, result.Step));
        Assert.Equal(5, TrainerState.Load(new RunDirectory(result.Directory).NewestCheckpoint()).Step);
        Assert.Equal([0L, 1, 2, 3, 4, 5], MetricsFile.Read(new RunDirectory(result.Directory).Metrics).Select(step => step.Step));
    }

    [Fact]
    public void A_budget_of_tokens_ends_the_run_with_the_step_that_reaches_it()
    {
        var sink = new KeepingSink();
        var result = TinyRun.Train("grpo", _folder.File("run"), sink, TinyRun.Never, "budget.steps=0", "budget.tokens=150");

        var total = sink.Steps.Select(step => step["run/total_sampled_tokens"]).Where(double.IsFinite).ToArray();
        Assert.Equal(RunEnd.BudgetUsed, result.End);
        Assert.Equal(total[^1], result.SampledTokens);
        Assert.InRange(150, total[^2] + 1, total[^1]);
    }

    [Fact]
    public void The_run_stops_once_the_target_is_reached()
    {
        var (reward, sink) = (PassRate(0.1, 0.3, 0.6), new KeepingSink());
        var result = Train(reward, sink, "evaluation.every=2", "evaluation.stopAt=0.5", "budget.steps=20");

        Assert.Equal((RunEnd.TargetReached, 4L, 4L, 0.6), (result.End, result.Step, result.BestStep, result.BestValue));
        Assert.True(File.Exists(Path.Combine(result.ModelFolder, "model.safetensors")));
        Assert.Equal(RunEnd.TargetReached, TinyRun.Resume(_folder.File("run"), reward).End);
    }

    [Fact]
    public void A_starting_model_that_reaches_the_target_is_not_trained()
    {
        var result = Train(PassRate(0.6), new KeepingSink(), "evaluation.stopAt=0.5");

        Assert.Equal((RunEnd.TargetReached, 0L, 0L, 0.6), (result.End, result.Step, result.BestStep, result.BestValue));
        Assert.Equal(RunBits.Weights(_folder.File("run/base")), RunBits.Weights(result.ModelFolder));
    }

    [Fact]
    public void The_run_stops_after_measurements_without_a_new_best()
    {
        var result = Train(
            PassRate(0.2, 0.4, 0.4, 0.3, 0.1), new KeepingSink(), "evaluation.every=1", "evaluation.patience=3", "budget.steps=20");

        Assert.Equal((RunEnd.NoImprovement, 4L, 1L, 0.4), (result.End, result.Step, result.BestStep, result.BestValue));
    }

    [Fact]
    public void The_starting_model_is_step_0_and_may_stay_the_best()
    {
        var result = Train(PassRate(0.5, 0.4, 0.3), new KeepingSink(), "evaluation.every=1", "evaluation.patience=2", "budget.steps=20");

        Assert.Equal((RunEnd.NoImprovement, 2L, 0L, 0.5), (result.End, result.Step, result.BestStep, result.BestValue));
    }

    [Fact]
    public void The_best_checkpoint_is_kept_beside_the_newest()
    {
        Train(
            PassRate(0.1, 0.2, 0.7, 0.3, 0.3, 0.6, 0.1, 0.2, 0.1), new KeepingSink(), "evaluation.every=1", "checkpoints.every=1",
            "checkpoints.keep=2", "budget.steps=8");

        Assert.Equal([2L, 7, 8], new CheckpointStore(_folder.File("run/checkpoints"), keep: 2).Steps());
    }

    [Fact]
    public void A_new_best_is_saved_at_once()
    {
        Train(PassRate(0.1, 0.2, 0.7, 0.3), new KeepingSink(), "evaluation.every=1", "checkpoints.every=100", "checkpoints.keep=1", "budget.steps=3");

        Assert.Equal([2L, 3], new CheckpointStore(_folder.File("run/checkpoints"), keep: 1).Steps());
    }

    [Fact]
    public void A_measurement_without_any_score_is_none()
    {
        var sink = new KeepingSink();
        var reward = PassRate(0.3, double.NaN, double.NaN, 0.4, double.NaN);
        var result = Train(
            reward, sink, "evaluation.every=1", "evaluation.patience=2", "checkpoints.every=1", "budget.steps=4", "reward.largestUnscoredShare=1");

        Assert.Equal((RunEnd.BudgetUsed, 4L, 3L, 0.4), (result.End, result.Step, result.BestStep, result.BestValue));
        Assert.Equal([0.3, double.NaN, double.NaN, 0.4, double.NaN], sink.Steps.Select(step => step["validation/sampled_pass_fraction"]));
    }

    [Fact]
    public void Of_a_graded_reward_the_mean_score_says_which_step_is_best()
    {
        var sink = new KeepingSink();
        var result = TinyRun.Train(
            "grpo", _folder.File("run"), sink, TinyRun.Never, """reward={"kind": "length", "target": 9, "slope": 0.25}""", "evaluation.every=1");
        var scores = sink.Steps.Select(step => step["validation/sampled_score_mean"]).ToArray();

        Assert.Equal("validation/sampled_score_mean", result.BestBy);
        Assert.Equal(scores.Max(), result.BestValue);
        Assert.Equal(Array.IndexOf(scores, scores.Max()), result.BestStep);
        Assert.True(scores.Max() < 0 && scores.Distinct().Count() > 1);
        Assert.All(sink.Steps, step => Assert.Equal(0, step["validation/sampled_pass_fraction"]));
    }

    [Fact]
    public void The_target_of_a_graded_reward_is_a_score()
    {
        const string Both = """reward={"kind": "several", "rewards": {"repeats": {"kind": "repetition", "run": 1, "weight": -9}, "right": {"kind": "task"}}}""";
        string[] sets = ["rollout.maxNewTokens=8", "evaluation.every=1"];
        var first = TinyRun.Train("grpo", _folder.File("first"), [Both, .. sets, "evaluation.stopAt=0.01"]);

        Assert.Equal((RunEnd.TargetReached, 0L), (first.End, first.Step));
        Assert.Equal(RunEnd.BudgetUsed, TinyRun.Train("grpo", _folder.File("second"), [Both, .. sets, "evaluation.stopAt=9.5"]).End);
    }

    [Theory]
    [InlineData("sft")]
    [InlineData("grpo")]
    public void A_large_file_that_changes_ends_the_run_with_every_finished_step_saved(string kind)
    {
        var path = _folder.File("data.jsonl");
        var filler = new string('x', 1 << 20);
        File.WriteAllLines(path, Enumerable.Range(10, 34).Select(i => $$"""{"prompt": "{{i}}b", "answer": "b", "x": "{{filler}}"}"""));
        string[] sets = [
            $$"""data={"kind": "file", "path": "{{path}}"}""", "evaluation.every=0", "checkpoints.every=100",
            .. kind == "sft" ? [] : (string[])["rollout.maxNewTokens=4"]];
        var error = Assert.Throws<TrainingException>(() => TinyRun.Train(kind, _folder.File("run"), new TouchingSink(path, step: 3), TinyRun.Never, sets));

        Assert.Contains("was changed while it was in use", error.Message);
        Assert.IsType<DataException>(error.InnerException);
        Assert.Equal(3, TrainerState.Load(new RunDirectory(_folder.File("run")).NewestCheckpoint()).Step);
        Assert.Equal(8, TinyRun.Resume(kind, _folder.File("run")).Step);
    }

    private sealed class TouchingSink(string path, long step) : SilentSink
    {
        public override void Write(StepMetrics metrics)
        {
            if (metrics.Step == step)
                File.SetLastWriteTimeUtc(path, new DateTime(2001, 2, 3, 4, 5, 6, DateTimeKind.Utc));
        }
    }

    private RunResult Train(IRewardFunction reward, IMetricSink sink, params string[] sets)
    {
        using var run = PolicyRun.Start(_folder.File("run"), RunFile.ParseRun(TinyRun.File("grpo"), sets), reward, sink);
        return run.Train();
    }

    // Ignores the answers and lets a given share of each measurement pass, of its 20 sampled and 20 greedy answers; NaN scores none of them.
    private static DelegateReward PassRate(params double[] rates)
    {
        var calls = new Dictionary<string, int>();
        return new DelegateReward("staged", (problem, completion, _) =>
        {
            if (Splits.Of(problem.Prompt) == Split.Train)
                return ValueTask.FromResult(Score.Of(completion.ResponseTokens[0] % 3));

            lock (calls)
            {
                var seen = calls[problem.Prompt] = calls.GetValueOrDefault(problem.Prompt) + 1;
                var rate = rates[Math.Min((seen - 1) / 2, rates.Length - 1)];
                return ValueTask.FromResult(double.IsNaN(rate) ? Score.None("not now") : Score.Of(completion.PromptIndex < rate * 20 ? 1 : 0));
            }
        });
    }
}
