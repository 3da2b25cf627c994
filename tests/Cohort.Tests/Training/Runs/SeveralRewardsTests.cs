using Cohort.Data;
using Cohort.Rewards;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

public sealed class SeveralRewardsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_run_adds_up_its_rewards_and_tells_each_of_them_in_its_metrics()
    {
        var sink = new KeepingSink();
        Train("grpo", sink);

        Assert.NotEmpty(sink.Steps);
        Assert.All(sink.Steps.Where(step => step.Step > 0), step =>
        {
            Assert.Equal(step["reward/score_mean"], step["reward/mean/right"] - (0.5 * step["reward/mean/first"]), 1e-9);
            Assert.Equal(0, step["reward/unscored_fraction/first"]);
            Assert.True(step["reward/std/first"] > 0);
            Assert.True(step["time/reward_seconds/watched"] >= 0);
        });
    }

    [Fact]
    public void Advantages_per_reward_take_the_rewards_that_count_with_their_weights()
    {
        Train("gdpo", new KeepingSink());

        Assert.Equal("right=1, first=-0.5", ((PerReward)PolicyRun.ReadOptions(_folder.File("run"), []).Algorithm.Advantage).Parts);
    }

    private void Train(string algorithm, KeepingSink sink)
    {
        var first = new DelegateReward("first", (_, completion, _) => ValueTask.FromResult(Score.Of(completion.ResponseTokens[0] % 5)));
        const string Rewards = """{"right": {"kind": "task"}, "first": {"kind": "custom", "weight": -0.5}, "watched": {"kind": "thinkFormat", "weight": 0}}""";
        var options = RunFile.ParseRun(TinyRun.File("grpo").Replace("\"kl\": {\"coefficient\": 0.05, \"target\": 0.05, \"horizon\": 100}, ", "", StringComparison.Ordinal), [$"algorithm.preset={algorithm}", $"reward.rewards={Rewards}", "budget.steps=2", "rollout.maxRefills=0"]);
        using var run = PolicyRun.Start(_folder.File("run"), options, first, sink);
        run.Train();
    }
}
