using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

public sealed class MeasuredStepTests : IDisposable
{
    private static readonly string[] Closer =
    [
        MetricNames.GradientSignal, MetricNames.GradientNoise, MetricNames.GradientSignalPerToken, MetricNames.KlOldExact, MetricNames.KlReferenceExact,
    ];

    private static readonly string[] Critics =
    [
        MetricNames.ValueChange, MetricNames.GroupAdvantageCorrelation, MetricNames.GroupAdvantageSigns, MetricNames.GroupAdvantageDifference,
        MetricNames.CriticSeconds,
    ];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    // Every third step and the last are measured; the policy rests in the first.
    [Fact]
    public void A_run_looks_closer_in_measured_steps_and_follows_its_critic_in_all()
    {
        var sink = new KeepingSink();
        TinyRun.Train("ppo", _folder.File("ppo"), sink, TinyRun.Never);
        var steps = sink.Steps.Where(step => step.Step > 0).ToDictionary(step => step.Step, step => step.Values.Select(pair => pair.Key).ToHashSet());
        Assert.All(steps, step => Assert.Equal(step.Key is 3 or 6 or 8 ? Closer : [], Closer.Where(step.Value.Contains)));
        Assert.All(steps, step => Assert.Equal(
            step.Key is 3 or 6 or 8 ? 20 : 0, step.Value.Count(name => name.StartsWith("critic/calibration_", StringComparison.Ordinal))));
        Assert.All(steps, step => Assert.Equal(Critics, Critics.Where(step.Value.Contains)));
        Assert.DoesNotContain(MetricNames.ValueReversals, steps[1]);
        Assert.Contains(MetricNames.ValueReversals, steps[8]);

        var without = new KeepingSink();
        TinyRun.Train("grpo", _folder.File("grpo"), without, TinyRun.Never, "budget.steps=1");
        Assert.DoesNotContain(without.Steps[^1].Values, pair => Critics.Contains(pair.Key));
    }

    // Two minibatches make an epoch of two: the KL stops the second one, and the second epoch is not begun.
    [Fact]
    public void The_rate_of_updates_counts_those_that_were_begun()
    {
        var sink = new KeepingSink();
        TinyRun.Train("ppo-fresh", _folder.File("run"), sink, TinyRun.Never, "budget.steps=1", "evaluation.every=0", "update.stopAtKl=1e-9");
        var step = sink.Steps[^1];
        Assert.Equal((1, 3), (step[MetricNames.Updates], step[MetricNames.UpdatesLeftOut]));
        var tokens = 16 * (step[MetricNames.PromptLengthMean] + step[MetricNames.LengthMean]);
        Assert.Equal(tokens, step[MetricNames.UpdateRate] * step[MetricNames.UpdateSeconds], 1e-6 * tokens);
    }
}
