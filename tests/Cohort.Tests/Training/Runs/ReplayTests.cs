using System.Text.Json;
using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

public sealed class ReplayTests : IDisposable
{
    // Scores that differ within a group of a model that knows nothing yet.
    private const string Graded = """reward={"kind": "length", "target": 2}""";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("grpo")] // refills, a curriculum, dropped groups
    [InlineData("ppo")]
    public void Updates_on_what_was_recorded_are_those_of_the_recorded_run(string kind)
    {
        var notices = new KeepingSink();
        TinyRun.Train(kind, _folder.File("first"), "budget.steps=3", Graded, "rollout.saveAll=true");
        TinyRun.Train(kind, _folder.File("again"), notices, TinyRun.Never, "budget.steps=3", Graded, $"rollout.replay={_folder.File("first")}");

        var (first, again) = (Place("first"), Place("again"));
        Assert.Equal(RunBits.Weights(first.Model), RunBits.Weights(again.Model));
        Assert.Equal(RunBits.Metrics(first), RunBits.Metrics(again));
        Assert.Equal(File.ReadAllText(first.Rollouts), File.ReadAllText(again.Rollouts));
        Assert.NotEqual(RunBits.Weights(first.Base), RunBits.Weights(first.Model));
        Assert.DoesNotContain(notices.Notices, notice => notice.Contains("off-policy", StringComparison.Ordinal));
    }

    [Fact]
    public void Greedy_completions_are_replayed_beside_the_sampled_ones()
    {
        string[] remax = ["budget.steps=2", "rollout.maxRefills=0", "algorithm={\"preset\": \"remax\"}"];
        TinyRun.Train("grpo", _folder.File("first"), [.. remax, "rollout.saveAll=true"]);
        TinyRun.Train("grpo", _folder.File("again"), [.. remax, $"rollout.replay={_folder.File("first")}"]);
        Assert.Contains("\"greedy\":true", File.ReadAllText(Place("first").Replay));
        Assert.Equal(RunBits.Weights(Place("first").Model), RunBits.Weights(Place("again").Model));
    }

    [Fact]
    public void Another_learning_rate_sees_the_same_data_and_recomputes_the_old_policy()
    {
        var notices = new KeepingSink();
        TinyRun.Train("ppo", _folder.File("first"), "budget.steps=3", "rollout.saveAll=true");
        TinyRun.Train(
            "ppo", _folder.File("other"), notices, TinyRun.Never, "budget.steps=3", "optimizer.learningRate=0.03", $"rollout.replay={_folder.File("first")}");

        const string Difference = "The run differs from the recorded one in optimizer.learningRate. ";
        Assert.Contains(notices.Notices, notice => notice.StartsWith(Difference, StringComparison.Ordinal));
        Assert.True(PolicyRun.ReadOptions(_folder.File("other"), []).Update.RecomputeOldLogProbs);
        Assert.Equal(
            RolloutFile.Read(Place("first").Rollouts).Select(line => (line.Step, line.Completion, line.Score)),
            RolloutFile.Read(Place("other").Rollouts).Select(line => (line.Step, line.Completion, line.Score)));
        Assert.NotEqual(RunBits.Weights(Place("first").Model), RunBits.Weights(Place("other").Model));
        Assert.All(MetricsFile.Read(Place("other").Metrics).Skip(2), step => Assert.InRange(step[MetricNames.FirstRatioError], 0, 1e-4));
    }

    [Fact]
    public void Both_runs_may_be_stopped_and_go_on()
    {
        TinyRun.Train("grpo", _folder.File("whole"), "budget.steps=3", Graded, "rollout.saveAll=true");
        TinyRun.Train("grpo", _folder.File("parts"), "budget.steps=2", Graded, "rollout.saveAll=true");
        File.AppendAllText(Place("parts").Replay, "{\"step\":3,\"prompt\":0"); // as a killed run leaves it
        TinyRun.Resume("grpo", _folder.File("parts"), "budget.steps=3");
        Assert.Equal(File.ReadAllText(Place("whole").Replay), File.ReadAllText(Place("parts").Replay));

        TinyRun.Train("grpo", _folder.File("again"), "budget.steps=2", Graded, $"rollout.replay={_folder.File("parts")}");
        TinyRun.Resume("grpo", _folder.File("again"), "budget.steps=3");
        Assert.NotEqual(RunBits.Weights(Place("whole").Base), RunBits.Weights(Place("whole").Model));
        Assert.Equal(RunBits.Weights(Place("whole").Model), RunBits.Weights(Place("again").Model));
    }

    [Fact]
    public void What_was_not_recorded_is_named_by_step_and_prompt()
    {
        TinyRun.Train("ppo", _folder.File("first"), "budget.steps=2", "rollout.saveAll=true");
        var replay = $"rollout.replay={_folder.File("first")}";
        Refuse("Step 3 asks for the completions of prompt 0, which", "it has 0 prompts of that step", replay, "budget.steps=3");
        Refuse("Step 1 asks for the completions of prompt 4, which", "it has 4 prompts of that step", replay, "rollout.promptsPerStep=6");
        Refuse("Step 1 asks for the completions of prompt 0, which", "it has 4 samples, and sample 4 is asked for", replay, "rollout.samplesPerPrompt=6");
        Refuse("Step 1 asks for the completions of prompt 0, which", "in other tokens; keep data, seed", replay, "seed=8");
        Refuse("which has no replay.jsonl: only a run with rollout.saveAll=true writes it", "", $"rollout.replay={_folder.Path}");

        File.WriteAllText(Place("first").Replay, "{\"step\":1}\n{}\n");
        Refuse("replay.jsonl, line 1, cannot be read", "", replay);
    }

    [Fact]
    public void Scores_are_recorded_with_parts_steps_and_failures()
    {
        var prompt = new[] { 4, 5 };
        Completion[] completions =
        [
            new(0, 0, prompt, [7, 8], [-0.1f, -1e-8f], FinishReason.Stop, "a\ufffd</script>"), new(0, 1, prompt, [9], [float.NaN], FinishReason.Length, "b"),
        ];
        var scored = new Scored(0.1 + 0.2, new Dictionary<string, double> { ["format"] = 1.0 / 3 }) { Passes = true, Steps = [new(0, 0.1), new(1, 0.2)] };
        var group = new RecordedGroup(3, 17, true, "p-1", completions, [[new("exact", scored, 2)], [new("exact", Score.None("it threw"), 3)]]);

        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
            group.Write(json);

        var read = RecordedGroup.Read(JsonDocument.Parse(stream.ToArray()).RootElement);
        Assert.Equal((3, 17, true, "p-1"), (read.Step, read.Prompt, read.IsGreedy, read.ProblemId));
        Assert.Equal(completions.Select(one => one.Text), read.Completions.Select(one => one.Text));
        Assert.Equal(completions.Select(one => one.FinishReason), read.Completions.Select(one => one.FinishReason));
        Assert.All(completions.Zip(read.Completions), pair =>
        {
            Assert.Equal(prompt, pair.Second.PromptTokens);
            Assert.Equal(pair.First.ResponseTokens, pair.Second.ResponseTokens);
            Assert.Equal(pair.First.BehaviourLogProbs, pair.Second.BehaviourLogProbs);
        });
        var again = Assert.IsType<Scored>(read.Verdicts[0][0].Score);
        Assert.Equal((scored.Total, true, "exact"), (again.Total, again.Passes, read.Verdicts[0][0].Reward));
        Assert.Equal(scored.Parts, again.Parts);
        Assert.Equal(scored.Steps, again.Steps);
        Assert.Equal("it threw", Assert.IsType<Unscored>(read.Verdicts[1][0].Score).Reason);
    }

    private RunDirectory Place(string name) => new(_folder.File(name));

    private void Refuse(string start, string reason, params string[] sets)
    {
        var error = Assert.Throws<TrainingException>(() => TinyRun.Train("ppo", _folder.File(Guid.NewGuid().ToString()), [.. sets]));
        Assert.Contains(start, error.Message);
        Assert.Contains(reason, error.Message);
    }
}
