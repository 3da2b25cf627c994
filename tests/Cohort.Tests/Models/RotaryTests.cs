using Cohort.Models;
using static TorchSharp.torch;

namespace Cohort.Tests.Models;

/// <summary>Frequencies of a head of 8 dimensions by hand: θ = 10000 gives 1, 0.1, 0.01, 0.001.</summary>
public sealed class RotaryTests
{
    [Fact]
    public void Linear_stretching_divides_every_frequency() =>
        Same([0.4, 0.04, 0.004, 0.0004], new LinearRope { Factor = 2.5 });

    // L = 24 of 16, factor 2: θ' = 10000 (2·24/16 - 1)^(8/6) = 25198.42; θ'^(-2i/8).
    [Fact]
    public void Dynamic_stretching_begins_beyond_the_trained_length()
    {
        var rope = new DynamicRope { Factor = 2, TrainedLength = 16 };
        Same([1, 0.1, 0.01, 0.001], rope, length: 16);
        Same([1, 0.0793700526, 0.00629960525, 0.0005], rope, length: 24);
    }

    // Rotations in 64 tokens: 10.19, 1.019, 0.1019, 0.0102. Above 4 kept, below 1 divided by 8; the second lies at (1.0186-1)/3 = 0.006197.
    [Fact]
    public void Llama3_keeps_short_waves_and_stretches_long_ones() => Same(
        [1, 0.1 * (((1 - 0.0061972) / 8) + 0.0061972), 0.00125, 0.000125],
        new Llama3Rope { Factor = 8, OriginalLength = 64, LowFrequencyFactor = 1, HighFrequencyFactor = 4 });

    // Dimensions that make 32 and 1 rotations in 256 tokens: 0.105 and 1.610 of 4: floor 0, ceiling 2, so the ramp is 0, 1/2, 1, 1.
    [Fact]
    public void Yarn_blends_between_the_two_bounds() => Same(
        [1, 0.1 * ((0.5 / 4) + 0.5), 0.0025, 0.00025],
        new YarnRope { Factor = 4, OriginalLength = 256, AttentionFactor = 1.1 });

    [Fact]
    public void Yarn_multiplies_cosines_and_sines()
    {
        using var scope = NewDisposeScope();
        using var rotary = new Rotary(new Rope { Scaling = new YarnRope { Factor = 4, OriginalLength = 256, AttentionFactor = 1.1 } }, 8);
        var (cos, sin) = rotary.Upto(3, CPU);
        Numbers.Same(full(3, 8, 1.21), cos.square() + sin.square(), Tolerances.HandComputed);
    }

    [Fact]
    public void Positions_alone_give_the_rows_of_the_whole_table_also_when_it_has_grown()
    {
        using var scope = NewDisposeScope();
        using var rotary = new Rotary(new Rope(), 8);
        var (cos, sin) = rotary.Upto(7, CPU);
        var (few, fewSin) = rotary.AtEnd(tensor(new long[] { 5, 2 }), 700);
        Numbers.Same(stack([cos[5], cos[2]]), few, 0);
        Numbers.Same(stack([sin[5], sin[2]]), fewSin, 0);
        Assert.Equal(Math.Cos(699), rotary.AtEnd(tensor(new long[] { 699 }), 700).Cos[0, 0].item<float>(), 1e-4);
    }

    // The rows of a batch end at lengths of their own: what one is alone, it is among others.
    [Fact]
    public void Dynamic_stretching_goes_by_each_sequences_own_length()
    {
        using var scope = NewDisposeScope();
        using var rotary = new Rotary(new Rope { Scaling = new DynamicRope { Factor = 2, TrainedLength = 16 } }, 8);
        var (cos, sin) = rotary.AtEnd(tensor(new long[] { 23, 4, 19 }), 24);
        foreach (var (row, length) in new[] { (0, 24), (1, 5), (2, 20) })
        {
            Numbers.Same(rotary.Upto(length, CPU).Cos[length - 1], cos[row], Tolerances.HandComputed);
            Numbers.Same(rotary.Upto(length, CPU).Sin[length - 1], sin[row], Tolerances.HandComputed);
        }
    }

    private static void Same(double[] expected, RopeScaling scaling, int length = 0)
    {
        var found = RopeFrequencies.Of(new Rope { Scaling = scaling }, 8, length);
        foreach (var (one, other) in expected.Zip(found))
            Assert.InRange(other / one, 1 - 1e-5, 1 + 1e-5);
    }
}
