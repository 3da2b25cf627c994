using System.Globalization;
using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Telemetry;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training.Runs;

/// <summary>Runs whose rewards are programs and servers of the user's.</summary>
public sealed class OwnRewardRunTests : IDisposable
{
    // Takes the id and the completion out of a request, which stand in the order of RewardMessage.
    private const string Each =
        """
        while read -r line; do
            id=${line#*:?}; id=${id%%,*}; id=${id%?}
            text=${line#*completion\":\"}; text=${text%%\"*}
        """;

    private const string Length = Each + """

            echo "{\"id\":\"$id\",\"score\":0.${#text}5,\"steps\":[{\"token\":0,\"value\":0.25}],\"parts\":{\"length\":${#text}}}"
        done
        """;

    // Every other completion is too much for it.
    private const string Flaky = Each + """

            n=$((n + 1))
            if [ $((n % 2)) = 0 ]; then echo "{\"id\":\"$id\",\"error\":\"too odd\"}"; else echo "{\"id\":\"$id\",\"score\":0.5}"; fi
        done
        """;

    private static readonly string[] Plain = ["evaluation.every=0", "rollout.maxRefills=0"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo-fresh")]
    public void A_run_with_a_program_beside_its_run_file_goes_on_bit_for_bit(string kind)
    {
        File.WriteAllText(_folder.File("score.sh"), Length);
        const string Reward = """reward={"kind": "program", "command": ["sh", "score.sh"], "workers": 2}""";
        Train(kind, "whole", [Reward, "budget.steps=6"]);
        Train(kind, "parts", [Reward, "budget.steps=2"]);
        TinyRun.Resume(kind, _folder.File("parts"), "budget.steps=4");
        TinyRun.Resume(kind, _folder.File("parts"), "budget.steps=6");

        RunBits.AssertSame(_folder.File("whole"), _folder.File("parts"));
        Assert.All(RolloutFile.Read(new RunDirectory(_folder.File("parts")).Rollouts), line =>
        {
            Assert.Equal("", line.Unscored);
            Assert.Equal(line.Completion.Length, line.Parts["length"]);
            Assert.Equal(double.Parse($"0.{line.Completion.Length}5", CultureInfo.InvariantCulture), line.Score);
        });
    }

    // With γ = 1, moving 0.3 from the last of n tokens to the first changes the t-th advantage by 0.3 [t = 0] - 0.3 λ^(n-1-t).
    [Fact]
    public void Steps_of_a_program_reach_the_advantages_at_their_tokens()
    {
        const double Lambda = 0.95;
        using var scope = NewDisposeScope();
        using var program = new ProgramReward(["sh", "-c", Length.Replace("0.${#text}5", "0.5").Replace("0.25", "0.3")], ".", workers: 1);
        using var along = new TinyTraining(TinyTraining.Options(TinyTraining.Ppo()), completion => Ask(program, completion));
        using var atEnd = new TinyTraining(TinyTraining.Options(TinyTraining.Ppo()), _ => Score.Of(0.5));
        var collected = along.Collect();
        using var batch = collected.Batch;
        using var other = atEnd.Collect().Batch;
        using var credit = along.Estimator.Estimate(batch, batch.Rewards);
        using var plain = atEnd.Estimator.Estimate(other, other.Rewards);

        var width = (int)batch.Rewards.shape[1];
        var expected = new double[batch.Count * width];
        foreach (var (row, completion) in collected.Groups.SelectMany(group => group.Completions).Index())
        {
            var (first, tokens) = (completion.PromptTokens.Count - 1, completion.ResponseTokens.Count);
            for (var t = 0; t < tokens; t++)
                expected[(row * width) + first + t] = (t == 0 ? 0.3 : 0) - (0.3 * Math.Pow(Lambda, tokens - 1 - t));
        }

        Assert.Contains(expected, difference => difference > 0.01);
        Numbers.Same(expected, credit.Advantages - plain.Advantages, Tolerances.HandComputed);
    }

    [Fact]
    public void One_of_two_rewards_that_fails_more_often_than_it_may_ends_the_run_by_its_name()
    {
        File.WriteAllText(_folder.File("flaky.sh"), Flaky);
        string[] Sets(double share) =>
        [
            """reward={"kind": "several", "rewards": {"right": {"kind": "task"}, "style": {"kind": "program", "command": ["sh", "flaky.sh"]}}}""",
            $"reward.rewards.style.largestUnscoredShare={share.ToString(CultureInfo.InvariantCulture)}", "budget.steps=2",
        ];

        var sink = new KeepingSink();
        Train("grpo", "within", Sets(0.5), sink);
        Assert.Equal([0.5, 0.5], sink.Steps.Select(step => step["reward/unscored_fraction/style"]));
        Assert.Equal([0.0, 0.0], sink.Steps.Select(step => step["reward/unscored_fraction/right"]));
        Assert.Contains(RolloutFile.Read(new RunDirectory(_folder.File("within")).Rollouts), line => line.Unscored == "style: it said: too odd");

        var error = Assert.Throws<TrainingException>(() => Train("grpo", "beyond", Sets(0.4)));
        Assert.Equal(
            "The reward style gave no score to 8 of 16 completions (50 %, the limit is 40 %): 8 x it said: too odd. Mend the reward, or raise its "
            + "largestUnscoredShare or deadlineSeconds.",
            error.Message);
    }

    [Theory]
    [InlineData("""{"kind": "program", "command": ["./no-such-program"]}""", "The reward's program ./no-such-program cannot be started in FOLDER: ")]
    [InlineData("""{"kind": "program", "command": ["sh"], "folder": "nowhere"}""", "The reward's program sh cannot be started in FOLDER/nowhere: ")]
    [InlineData(
        """{"kind": "http", "url": "http://127.0.0.1:9/", "tokenVariable": "COHORT_NO_SUCH_TOKEN"}""",
        "reward.tokenVariable is \"COHORT_NO_SUCH_TOKEN\", but there is no such environment variable; set it to the token.")]
    [InlineData(
        """{"rewards": {"a": {"kind": "task"}, "b": {"kind": "http", "url": "http://127.0.0.1:9/", "tokenVariable": "COHORT_NO_SUCH_TOKEN"}}}""",
        "reward.rewards.b.tokenVariable is \"COHORT_NO_SUCH_TOKEN\"")]
    public void What_a_reward_needs_is_asked_for_before_the_run(string reward, string message)
    {
        var error = Assert.Throws<TrainingException>(() => Train("grpo", "run", [$"reward={reward}"]));
        Assert.StartsWith(message.Replace("FOLDER", _folder.Path), error.Message);
    }

    [Fact]
    public void What_a_metric_needs_is_asked_for_by_its_own_option()
    {
        const string Judge = """{"kind": "judge", "url": "http://127.0.0.1:9/v1", "model": "m", "keyVariable": "COHORT_NO_SUCH_KEY"}""";
        var error = Assert.Throws<TrainingException>(() => Train("grpo", "run", ["evaluation.every=1", $$"""evaluation.metrics={"gold": {{Judge}}}"""]));
        Assert.StartsWith("evaluation.metrics.gold.keyVariable is ", error.Message);

        var model = Assert.Throws<ModelException>(() => Train("grpo", "run", ["""reward={"kind": "model", "path": "nowhere"}"""]));
        Assert.StartsWith($"reward.path is no folder of a reward model: There is no folder {_folder.File("nowhere")}", model.Message);
        Assert.EndsWith(" Name one that `cohort reward-model` or transformers wrote.", model.Message);
    }

    private void Train(string kind, string name, string[] sets, IMetricSink? sink = null)
    {
        var options = RunFile.ParseRun(TinyRun.File(kind), [.. kind == "grpo" ? Plain : Plain[..1], .. sets], _folder.File("run.json"));
        using var run = PolicyRun.Start(_folder.File(name), options, sink ?? new SilentSink());
        run.Train();
    }

    private static Score Ask(ProgramReward program, Completion completion) =>
        program.ScoreAsync(new Problem("p", "", ""), completion, default).AsTask().GetAwaiter().GetResult();
}
