using Cohort.Telemetry;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class CriticCalibrationTests
{
    // Ten tokens, one in each tenth; the reward of 8 comes with the last and is discounted by a half a token.
    [Fact]
    public void Each_tenth_has_its_mean_value_and_its_mean_discounted_reward_to_go()
    {
        using var scope = NewDisposeScope();
        var values = tensor(new[] { 0.3f, 0.9f, -0.2f, 0.7f, 0.1f, 0.5f, 0.4f, 0.8f, 0.6f, 0.2f, 77 }, [1, 11]);
        var rewards = tensor(new float[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 8, 0 }, [1, 11]);
        var measures = new Measures();
        CriticCalibration.Describe(values, rewards, Numbers.Mask("xxxxxxxxxx."), discount: 0.5, measures);
        Assert.Equal([-0.2, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9], Of(measures, MetricNames.CalibrationValuePrefix), (a, b) => Math.Abs(a - b) < 1e-6);
        Assert.Equal(
            [0.0625, 0.25, 8, 0.015625, 1, 0.5, 4, 0.125, 2, 0.03125], Of(measures, MetricNames.CalibrationReturnPrefix), (a, b) => Math.Abs(a - b) < 1e-6);
    }

    [Fact]
    public void Several_tokens_of_a_tenth_are_averaged_and_a_tenth_without_tokens_is_left_out()
    {
        using var scope = NewDisposeScope();
        var measures = new Measures();
        var values = arange(20, ScalarType.Float32).reshape(2, 10);
        CriticCalibration.Describe(values, values * 3, Numbers.Mask("x.........", "xx........"), discount: 0.9, measures);
        // Values 0, 10 and 11 with rewards 0, 30 and 33; the second row's first token waits for the reward of the second.
        Assert.Equal([0, 10, 11], new[] { 3, 6, 9 }.Select(part => measures.Of($"{MetricNames.CalibrationValuePrefix}{part}")));
        Assert.Equal(30 + (0.9 * 33), measures.Of(MetricNames.CalibrationReturnPrefix + "6"), 1e-4);
        Assert.Equal(3, Of(measures, MetricNames.CalibrationValuePrefix).Count(double.IsFinite));

        var pairs = new Measures();
        CriticCalibration.Describe(values, values, ones(2, 10, ScalarType.Bool), discount: 1, pairs);
        Assert.Equal([0.5, 2.5, 18.5], new[] { 0, 1, 9 }.Select(part => pairs.Of($"{MetricNames.CalibrationValuePrefix}{part}")));
    }

    private static double[] Of(Measures measures, string prefix) => [.. Enumerable.Range(0, 10).Select(part => measures.Of($"{prefix}{part}"))];
}
