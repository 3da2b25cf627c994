using Cohort.Checkpoints;
using Cohort.Telemetry;

namespace Cohort.Tests.Training.Runs;

public sealed class TokenDetailsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Logged_completions_have_their_tokens_in_measured_steps_and_in_the_first_and_last()
    {
        TinyRun.Train("ppo", _folder.File("run"), "budget.steps=5");
        var lines = Rollouts("run");
        Assert.Equal([1L, 3L, 5L], lines.Where(line => line.Details.Count > 0).Select(line => line.Step).Distinct());
        Assert.Equal([1L, 2L, 3L, 4L, 5L], lines.Select(line => line.Step).Distinct());
        var detailed = lines.Where(line => line.Step is 1 or 3 or 5).ToArray();
        Assert.All(detailed, line =>
        {
            Assert.Equal(line.Tokens, line.Details.Count);
            Assert.Equal(line.Completion, string.Concat(line.Details.Select(token => token.Text).Where(text => !text.StartsWith('<'))));
        });
        Assert.Contains(detailed, line => line.Details.Any(token => Math.Abs(token.Ratio - 1) > 1e-3));
        Assert.Contains(detailed, line => line.Details.Any(token => Math.Abs(token.Kl) > 1e-3));
        Assert.Contains(detailed, line => Math.Abs(line.Advantage) > 1e-3);
        Assert.All(detailed.Where(line => line.Advantage != 0), line => Assert.Equal(line.Advantage, line.Details.Average(token => token.Advantage), 1e-5));
    }

    [Fact]
    public void A_sink_is_given_the_completions_that_are_logged()
    {
        var sink = new CompletionsSink();
        TinyRun.Train("grpo", _folder.File("run"), sink, TinyRun.Never, "budget.steps=2");
        var logged = Rollouts("run").ToArray();

        Assert.Contains(logged, line => line.Completion != "");
        Assert.Equal(logged.Select(line => (line.Step, line.Prompt, line.Sample, line.Completion)),
            sink.Given.Select(line => (line.Step, line.Prompt, line.Sample, line.Completion)));
    }

    // The reference is the policy as it began: after the first step log π - log π_ref is the logarithm of the ratio.
    [Fact]
    public void In_the_first_step_ratio_and_kl_say_the_same()
    {
        TinyRun.Train("grpo", _folder.File("run"), "budget.steps=1", "rollout.maxRefills=0");
        var tokens = Rollouts("run").SelectMany(line => line.Details).Where(token => double.IsFinite(token.Ratio)).ToArray();
        Assert.True(tokens.Length > 10);
        Assert.All(tokens, token => Assert.Equal(Math.Log(token.Ratio), token.Kl, 1e-5));
    }

    [Fact]
    public void Truncated_completions_that_the_loss_leaves_out_have_no_ratio_and_no_advantage()
    {
        const string Graded = """reward={"kind": "length", "target": 20}""";
        TinyRun.Train(
            "ppo-fresh", _folder.File("run"), "budget.steps=1", "rollout.loggedPrompts=4", "rollout.maxNewTokens=10", "algorithm.truncation.kind=mask", Graded);
        foreach (var cut in Rollouts("run").GroupBy(line => line.Finish == "length"))
        {
            Assert.All(cut.SelectMany(line => line.Details), token => Assert.Equal((cut.Key, cut.Key), (double.IsNaN(token.Ratio), token.Advantage == 0)));
        }

        Assert.Equal(["length", "stop"], Rollouts("run").Select(line => line.Finish).Distinct().Order());
    }

    [Fact]
    public void Without_a_reference_there_is_no_kl()
    {
        TinyRun.Train("grpo", _folder.File("run"), "budget.steps=1", "rollout.maxRefills=0", "algorithm.kl.coefficient=0", "algorithm.kl.target=0");
        Assert.All(Rollouts("run").SelectMany(line => line.Details), token => Assert.True(double.IsNaN(token.Kl)));
    }

    [Fact]
    public void Measuring_tokens_changes_nothing_that_is_trained()
    {
        TinyRun.Train("ppo", _folder.File("some"), "budget.steps=2", "rollout.loggedPrompts=0");
        TinyRun.Train("ppo", _folder.File("all"), "budget.steps=2", "rollout.loggedPrompts=4", "evaluation.every=1");
        Assert.Empty(Rollouts("some"));
        Assert.Equal(32, Rollouts("all").Count(line => line.Details.Count > 0));
        Assert.Equal(RunBits.Weights(new RunDirectory(_folder.File("some")).Model), RunBits.Weights(new RunDirectory(_folder.File("all")).Model));
    }

    private IReadOnlyList<RolloutLine> Rollouts(string name) => RolloutFile.Read(new RunDirectory(_folder.File(name)).Rollouts);

    private sealed class CompletionsSink : IMetricSink
    {
        public List<RolloutLine> Given { get; } = [];

        public void Write(StepMetrics metrics)
        {
        }

        public void Completions(IReadOnlyList<RolloutLine> lines) => Given.AddRange(lines);
    }
}
