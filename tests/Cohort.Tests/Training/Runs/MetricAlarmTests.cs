using Cohort.Data;
using Cohort.Rewards;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

public sealed class MetricAlarmTests : IDisposable
{
    private const string Metrics = """{"gold": {"kind": "custom"}, "format": {"kind": "thinkFormat"}}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_metric_that_falls_while_the_reward_rises_raises_the_alarm_once()
    {
        var sink = new KeepingSink();
        Train("run", steps: 40, sink);

        var measured = sink.Steps.Where(step => double.IsFinite(step["validation/metric/gold"])).ToArray();
        Assert.Equal(0, measured[0]["validation/alarm/gold"]);
        Assert.Equal(1, measured[^1]["validation/alarm/gold"]);
        Assert.True(measured[^1]["validation/metric/gold"] < measured[0]["validation/metric/gold"]);
        Assert.True(measured[^1]["validation/sampled_score_mean"] > measured[0]["validation/sampled_score_mean"]);
        Assert.All(measured, step => Assert.Equal(0, step["validation/alarm/format"]));
        Assert.Contains("the metric gold fell from", Assert.Single(sink.Notices, notice => notice.StartsWith("Reward hacking?", StringComparison.Ordinal)));
    }

    [Fact]
    public void Metrics_change_nothing_but_what_is_measured()
    {
        var (with, without) = (new KeepingSink(), new KeepingSink());
        Train("with", steps: 4, with);
        Train("without", steps: 4, without, metrics: "{}");

        Assert.Equal(RunBits.Weights(_folder.File("without/model")), RunBits.Weights(_folder.File("with/model")));
        Assert.Equal(
            without.Steps.Select(step => step["validation/sampled_score_mean"]), with.Steps.Select(step => step["validation/sampled_score_mean"]));
        Assert.DoesNotContain(without.Steps.SelectMany(step => step.Values), value => value.Key.StartsWith("validation/metric/", StringComparison.Ordinal));
    }

    [Fact]
    public void A_resumed_run_goes_on_with_its_alarms()
    {
        Train("whole", steps: 40, new KeepingSink());
        Train("parts", steps: 20, new KeepingSink());
        using (var run = PolicyRun.Resume(_folder.File("parts"), PolicyRun.ReadOptions(_folder.File("parts"), ["budget.steps=40"]), Gold(), new SilentSink()))
            run.Train();

        RunBits.AssertSame(_folder.File("whole"), _folder.File("parts"));
    }

    [Theory]
    [InlineData(0, new long[0])] // the starting model's measurement already fails
    [InlineData(2, new long[] { 0, 1, 2, 3, 4 })]
    public void A_metric_that_scores_too_little_stops_the_run_and_no_finished_step_is_lost(int fine, long[] logged)
    {
        string[] sets = ["evaluation.every=2", "checkpoints.every=100", """evaluation.metrics={"gold": {"kind": "custom", "largestUnscoredShare": 0.4}}"""];
        using (var run = PolicyRun.Start(_folder.File("run"), RunFile.ParseRun(TinyRun.File("grpo"), sets), Failing(after: fine * 20), new SilentSink()))
        {
            var error = Assert.Throws<TrainingException>(() => run.Train());
            Assert.StartsWith("The metric gold gave no score to any of the first 8 validation answers, of 20 in all (the limit is 40 %): 8 x gone. ", error.Message);
        }

        Assert.Equal(logged, MetricsFile.Read(_folder.File("run/metrics.jsonl")).Select(step => step.Step));
        Assert.Equal(8, TinyRun.Resume(_folder.File("run"), Failing(after: int.MaxValue)).Step);
        Assert.Equal([0L, 1, 2, 3, 4, 5, 6, 7, 8], MetricsFile.Read(_folder.File("run/metrics.jsonl")).Select(step => step.Step));
    }

    [Fact]
    public void A_metric_that_may_score_nothing_has_neither_a_mean_nor_an_alarm()
    {
        var sink = new KeepingSink();
        var options = RunFile.ParseRun(TinyRun.File("grpo"), [
            "evaluation.every=1", "budget.steps=1", """evaluation.metrics={"gold": {"kind": "custom", "largestUnscoredShare": 1}}"""]);
        using var run = PolicyRun.Start(_folder.File("run"), options, Failing(after: 20), sink);
        run.Train();

        Assert.Equal([0, double.NaN], sink.Steps.Select(step => step["validation/alarm/gold"]));
        Assert.Equal([0.5, double.NaN], sink.Steps.Select(step => step["validation/metric/gold"]));
    }

    [Theory]
    [InlineData("evaluation.every=0", "never measures")]
    [InlineData("""evaluation.metrics={"a b": {"kind": "task"}}""", "evaluation.metrics has the name")]
    [InlineData("""evaluation.metrics={"gold": {"kind": "task", "weight": 2}}""", "leave its weight at 1")]
    public void Metrics_that_make_no_sense_are_refused(string set, string problem)
    {
        var error = Assert.Throws<OptionsException>(() => RunFile.ParseRun(TinyRun.File("grpo"), [$"evaluation.metrics={Metrics}", set]));

        Assert.Contains(problem, error.Message);
    }

    [Fact]
    public void Fine_tuning_has_no_metrics()
    {
        var error = Assert.Throws<OptionsException>(() => RunFile.ParseSft(TinyRun.File("sft"), [$"evaluation.metrics={Metrics}"]));

        Assert.Contains("evaluation.metrics is for `cohort train`", error.Message);
    }

    // The reward pays for repeated tokens; gold counts completions whose tokens all differ.
    private static DelegateReward Gold() => new("distinct", (_, completion, _) => ValueTask.FromResult(
        Score.Of(completion.ResponseTokens.Distinct().Count() == completion.ResponseTokens.Count ? 0.75 : 0.25)));

    private static DelegateReward Failing(int after)
    {
        var calls = 0;
        return new DelegateReward("failing", (_, _, _) => ValueTask.FromResult(Interlocked.Increment(ref calls) <= after ? Score.Of(0.5) : Score.None("gone")));
    }

    private void Train(string folder, int steps, KeepingSink sink, string metrics = Metrics)
    {
        const string Flaw = """{"kind": "repetition", "run": 1, "weight": -1}""";
        var options = RunFile.ParseRun(TinyRun.File("grpo"), [
            $"reward={Flaw}", $"evaluation.metrics={metrics}", $"budget.steps={steps}", "evaluation.every=5", "evaluation.problems=60",
            "rollout.maxNewTokens=6",
            "algorithm.kl.coefficient=0.0001", "algorithm.kl.target=0", "algorithm.entropy.coefficient=0", "algorithm.entropy.target=0",
            "rollout.promptsPerStep=8", "rollout.samplesPerPrompt=8"]);
        using var run = metrics == "{}" ? PolicyRun.Start(_folder.File(folder), options, sink) : PolicyRun.Start(_folder.File(folder), options, Gold(), sink);
        run.Train();
    }
}
