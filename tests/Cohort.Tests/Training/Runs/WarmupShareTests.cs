using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

/// <summary>Warm-up over a share of the budget.</summary>
public sealed class WarmupShareTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo")]
    public void The_rate_rises_with_the_sampled_tokens_from_the_first_step_on(string kind)
    {
        const string Critic = "algorithm.advantage.critic.optimizer.";
        string[] sets =
        [
            "budget.tokens=800", "budget.steps=0", "evaluation.every=0", "rollout.maxRefills=0", "optimizer.learningRate=0.01", "optimizer.warmupShare=0.5",
        ];
        string[] its = kind == "ppo" ? [Critic + "warmupShare=0.25", Critic + "learningRate=0.02"] : [];
        var sink = new KeepingSink();
        TinyRun.Train(kind, _folder.File("run"), sink, TinyRun.Never, [.. sets, .. its]);

        Assert.True(sink.Steps.Count > 4);
        foreach (var step in sink.Steps)
        {
            var used = step[MetricNames.TotalSampledTokens] / 800;
            if (!double.IsNaN(step[MetricNames.LearningRate]))
                Assert.Equal(0.01 * Math.Min(1, used / 0.5), step[MetricNames.LearningRate], 1e-12);

            if (kind == "ppo")
                Assert.Equal(0.02 * Math.Min(1, used / 0.25), step[MetricNames.CriticLearningRate], 1e-12);
        }

        Assert.Equal(0.01, sink.Steps[^1][MetricNames.LearningRate]);
    }

    [Fact]
    public void In_runs_on_examples_it_rises_with_the_steps()
    {
        var sink = new KeepingSink();
        TinyRun.Train(
            "sft", _folder.File("run"), sink, TinyRun.Never, "steps=4", "evaluation.every=0", "optimizer.warmupSteps=0", "optimizer.warmupShare=0.5",
            "optimizer.learningRate=0.01");

        Assert.Equal([0.005, 0.01, 0.01, 0.01], sink.Steps.Select(step => step[MetricNames.LearningRate]));
    }

    [Fact]
    public void Two_warm_ups_and_a_schedule_without_a_budget_are_refused()
    {
        var both = new AdamOptions { WarmupSteps = 3, WarmupShare = 0.1 };
        var options = new RunOptions
        {
            Model = new NewModel(),
            Optimizer = both,
            Algorithm = TinyTraining.Ppo(new() { Optimizer = new AdamOptions { WarmupShare = 0.1, Schedule = LearningRateSchedule.InverseSquareRoot } }),
        };
        Assert.Equal(
            [
                "algorithm.advantage.critic.optimizer.schedule is inverseSquareRoot, which falls by optimizer steps whatever the budget, but "
                    + "algorithm.advantage.critic.optimizer.warmupShare is 0.1; warm up by warmupSteps, or choose another schedule.",
                "optimizer.warmupSteps is 3 and optimizer.warmupShare is 0.1, two ways to say how long the learning rate rises; set one of them to 0.",
            ],
            options.Problems());
    }
}
