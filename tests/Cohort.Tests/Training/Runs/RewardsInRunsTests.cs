using System.Diagnostics;
using Cohort.Data;
using Cohort.Evaluation;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using Cohort.Tokenization;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

public sealed class RewardsInRunsTests : IDisposable
{
    // Four portions of sampling per step, with rewards beside them.
    private static readonly string[] NoEvaluation = ["evaluation.every=0", "budget.steps=3", "rollout.largestBatch=4"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo")]
    public void The_order_of_arrival_does_not_matter(string kind)
    {
        var random = new Random(5);
        var late = new DelegateReward("mine", async (_, completion, cancel) =>
        {
            int delay;
            lock (random)
                delay = random.Next(0, 25);

            await Task.Delay(delay, cancel);
            return Judge(completion);
        });
        var prompt = new DelegateReward("mine", (_, completion, _) => ValueTask.FromResult(Judge(completion)));
        TinyRun.Train(kind, _folder.File("prompt"), prompt, TinyRun.Never, NoEvaluation);
        TinyRun.Train(kind, _folder.File("late"), late, TinyRun.Never, NoEvaluation);

        RunBits.AssertSame(_folder.File("prompt"), _folder.File("late"));
    }

    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo-fresh")]
    public void Completions_without_a_score_leave_the_statistics_and_the_loss_and_are_counted(string kind)
    {
        var sink = new KeepingSink();
        var reward = Named((_, completion) => completion.SampleIndex == 1
            ? throw new InvalidOperationException("no verdict")
            : completion.SampleIndex == 3 ? double.NaN : completion.ResponseTokens[0] % 5);
        using (var run = PolicyRun.Start(_folder.File("run"), RunFile.ParseRun(TinyRun.File(kind), NoEvaluation), reward, sink))
            run.Train();

        Assert.Equal([0.5, 0.5, 0.5], sink.Steps.Select(step => step["reward/unscored_fraction"]));
        Assert.All(sink.Steps, step => Assert.True(double.IsFinite(step["loss/composite"]) && step["policy/gradient_norm"] > 0));
        Assert.Matches(
            "^Step 1: \\d+ of \\d+ completions \\(50 %\\) have no score, and are left out of the loss: \\d+ x mine threw InvalidOperationException: "
            + "no verdict\\. It is said once; the metric reward/unscored_fraction has each step's share\\.$",
            Assert.Single(sink.Notices, notice => notice.Contains("no score")));
        var lines = RolloutFile.Read(_folder.File("run/rollouts.jsonl"));
        foreach (var group in lines.Chunk(4))
        {
            Assert.Equal(
                ["", "mine threw InvalidOperationException: no verdict", "", "mine gave NaN instead of a finite number"],
                group.Select(line => line.Unscored));
            Assert.All(group, line => Assert.Equal(line.Unscored != "", double.IsNaN(line.Score)));
            Assert.Equal((0.0, 0.0), (group[1].Advantage, group[3].Advantage));
            if (kind == "grpo")
                Assert.Equal(Math.Sign(group[0].Score - group[2].Score), Math.Sign(group[0].Advantage - group[2].Advantage));
        }
    }

    [Fact]
    public void A_reward_that_fails_too_often_ends_the_run_with_its_reasons_and_loses_nothing()
    {
        var calls = 0;
        var failing = Named((_, completion) => Interlocked.Increment(ref calls) <= 2 * 16 ? completion.ResponseTokens[0] % 5
            : completion.SampleIndex < 2 ? throw new InvalidOperationException("the service is down")
            : completion.SampleIndex == 2 ? double.PositiveInfinity : 0.5);
        string[] sets = ["evaluation.every=0", "budget.steps=5", "checkpoints.every=100", "rollout.maxRefills=0"];
        var error = Assert.Throws<TrainingException>(() => TinyRun.Train("grpo", _folder.File("run"), failing, TinyRun.Never, sets));

        Assert.Equal(
            "The rewards together gave no score to 12 of 16 completions (75 %, the limit is 50 %): 8 x mine threw InvalidOperationException: the service is down; "
            + "4 x mine gave Infinity instead of a finite number. Mend the reward, or raise its largestUnscoredShare or deadlineSeconds.",
            error.Message);
        Assert.Equal(2, TrainerState.Load(Path.Combine(_folder.File("run/checkpoints"), "step-000002")).Step);

        var whole = Named((_, completion) => completion.ResponseTokens[0] % 5);
        TinyRun.Resume(_folder.File("run"), whole, "reward.largestUnscoredShare=0.9");
        TinyRun.Train("grpo", _folder.File("whole"), whole, TinyRun.Never, sets);
        RunBits.AssertSame(_folder.File("whole"), _folder.File("run"));
    }

    [Fact]
    public void A_reward_that_hangs_costs_its_deadline_and_no_more()
    {
        var hanging = new DelegateReward("mine", async (_, completion, _) =>
        {
            if (completion.SampleIndex == 2)
                await Task.Delay(Timeout.Infinite, CancellationToken.None);

            return Judge(completion);
        });
        var watch = Stopwatch.StartNew();
        TinyRun.Train("grpo", _folder.File("run"), hanging, TinyRun.Never, "evaluation.every=0", "budget.steps=2", "reward.deadlineSeconds=0.3");

        Assert.InRange(watch.Elapsed.TotalSeconds, 0.6, 10);
        Assert.All(
            RolloutFile.Read(_folder.File("run/rollouts.jsonl")),
            line => Assert.Equal(line.Sample == 2 ? "mine did not finish within 0.3 s" : "", line.Unscored));
    }

    [Fact]
    public void A_slow_reward_runs_many_calls_at_once()
    {
        var slow = new DelegateReward("mine", async (_, completion, cancel) =>
        {
            await Task.Delay(150, cancel);
            return Judge(completion);
        });
        var sink = new KeepingSink();
        using (var run = PolicyRun.Start(_folder.File("run"), RunFile.ParseRun(TinyRun.File("grpo"), NoEvaluation), slow, sink))
            run.Train();

        const double Sum = 16 * 0.150;
        Assert.All(sink.Steps, step => Assert.InRange(step["time/reward_wait_seconds"], 0.0, Sum / 2));
    }

    [Fact]
    public void Rewards_run_beside_the_sampling_of_further_completions()
    {
        using var scored = new ManualResetEventSlim();
        var reward = new DelegateReward("mine", (_, _, _) =>
        {
            scored.Set();
            return ValueTask.FromResult(Score.Of(1));
        });
        var sampler = new WaitingSampler(scored);
        var rewards = RewardSet.Of(reward, TimeSpan.FromSeconds(30));
        var result = new HeldOutEvaluation(sampler, new PromptEncoder(new CharacterTokenizer("ab")), rewards).Measure(
            [new("p1", "a", "b"), new("p2", "b", "a")], new EvaluationSampling(), new SampleSeed(1, Purpose.TestTokens, 0), _ => { }, default);

        Assert.True(sampler.SawAScoreWhileSampling);
        Assert.Equal(1, result.PassRate);
    }

    [Fact]
    public void A_reward_of_ones_own_is_recorded_and_asked_for_on_resume()
    {
        var reward = Named((_, completion) => completion.ResponseTokens[0] % 5);
        TinyRun.Train("grpo", _folder.File("run"), reward, TinyRun.Never, "budget.steps=2", "reward.deadlineSeconds=7");

        Assert.Equal(new CustomReward { DeadlineSeconds = 7 }, PolicyRun.ReadOptions(_folder.File("run"), []).Reward);
        var error = Assert.Throws<TrainingException>(() => TinyRun.Resume("grpo", _folder.File("run"), "budget.steps=4"));
        Assert.Equal(
            "reward.kind is custom: the reward is a C# function, which a run file cannot name. Pass it to PolicyRun.Start or PolicyRun.Resume.",
            error.Message);
        Assert.Equal(4, TinyRun.Resume(_folder.File("run"), reward, "budget.steps=4").Step);
    }

    private static Score Judge(Completion completion) => Score.Of(completion.ResponseTokens[0] % 5, ("length", completion.ResponseTokens.Count));

    private static DelegateReward Named(Func<Problem, Completion, double> score) =>
        new("mine", (problem, completion, _) => ValueTask.FromResult(Score.Of(score(problem, completion))));

    /// <summary>Hands over a group, then goes on only once it was scored.</summary>
    private sealed class WaitingSampler(ManualResetEventSlim scored) : ISampler
    {
        public bool SharesNumerics => false;

        public bool SawAScoreWhileSampling { get; private set; }

        public void Sample(
            IReadOnlyList<IReadOnlyList<int>> prompts,
            int samplesPerPrompt,
            Sampling sampling,
            SampleSeed seed,
            Action<CompletionGroup> onGroup,
            CancellationToken cancel)
        {
            for (var prompt = 0; prompt < prompts.Count; prompt++)
            {
                onGroup(new(prompt, [new Completion(prompt, 0, prompts[prompt], [2], [-0.5f], FinishReason.Stop, "b")]));
                SawAScoreWhileSampling = scored.Wait(TimeSpan.FromSeconds(20), cancel);
            }
        }
    }
}
