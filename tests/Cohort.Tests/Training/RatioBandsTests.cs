using Cohort.Telemetry;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class RatioBandsTests
{
    [Fact]
    public void A_band_has_its_lower_bound_and_not_its_upper_one()
    {
        using var scope = NewDisposeScope();
        var counts = RatioBands.Count(tensor(new[] { 0.01f, 0.499f, 0.5f, 0.79f, 0.8f, 0.93f, 1, 1.01f, 1.04f, 1.05f, 1.2f, 1.9f, 2, 70 }));
        Assert.Equal([2, 2, 1, 1, 3, 1, 0, 2, 2], Numbers.Of(counts));
    }

    [Fact]
    public void Shares_of_all_updates_add_up_to_1_and_agree_with_the_extremes()
    {
        var options = TinyTraining.Options(AlgorithmOptions.Grpo);
        using var training = new TinyTraining(options with { Update = new() { EpochsPerStep = 3, MinibatchRows = 8, MicroBatchRows = 5 } });
        var measures = training.Step();
        var shares = RatioBands.Names.Select(measures.Of).ToArray();
        Assert.Equal(1, shares.Sum(), 1e-6);
        Assert.True(shares[4] < 1, "Some update moved some ratio.");
        Assert.Equal(measures.Of(MetricNames.RatioLowest) < 0.95, shares[..4].Sum() > 0);
        Assert.Equal(measures.Of(MetricNames.RatioHighest) >= 1.05, shares[5..].Sum() > 0);

        using var still = new TinyTraining(options);
        Assert.Equal(1, still.Step().Of("policy/ratio_share/0.95_1.05"));
    }
}
