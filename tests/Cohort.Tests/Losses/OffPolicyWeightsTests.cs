using System.Diagnostics;
using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

public sealed class OffPolicyWeightsTests
{
    private static readonly string[] Counting = ["xx.", "xxx", "..."];

    // Token ratios; products 0.6 and 3.375, geometric means 0.7745967 and 1.5.
    private static readonly double[][] Ratios = [[1.5, 0.4, double.NaN], [3.0, 0.9, 1.25], [7.0, 0.1, 5.0]];

    [Theory]
    [InlineData(OffPolicyMethod.None, OffPolicyLevel.Token, 0.5, 2, new[] { 1.0, 1, 0, 1, 1, 1 })]
    [InlineData(OffPolicyMethod.Truncate, OffPolicyLevel.Token, 0.5, 2, new[] { 1.5, 0.5, 0, 2, 0.9, 1.25 })]
    [InlineData(OffPolicyMethod.Truncate, OffPolicyLevel.Token, 0, 2, new[] { 1.5, 0.4, 0, 2, 0.9, 1.25 })]
    [InlineData(OffPolicyMethod.Truncate, OffPolicyLevel.Sequence, 0.7, 2, new[] { 0.7, 0.7, 0, 2, 2, 2 })]
    [InlineData(OffPolicyMethod.Truncate, OffPolicyLevel.SequenceMean, 0.8, 2, new[] { 0.8, 0.8, 0, 1.5, 1.5, 1.5 })]
    [InlineData(OffPolicyMethod.Mask, OffPolicyLevel.Token, 0.5, 2, new[] { 1.5, 0, 0, 0, 0.9, 1.25 })]
    [InlineData(OffPolicyMethod.Mask, OffPolicyLevel.Sequence, 0.5, 2, new[] { 0.6, 0.6, 0, 0, 0, 0 })]
    [InlineData(OffPolicyMethod.Mask, OffPolicyLevel.SequenceMean, 0.8, 2, new[] { 0, 0, 0, 1.5, 1.5, 1.5 })]
    [InlineData(OffPolicyMethod.Mask, OffPolicyLevel.SequenceMean, 0.7, 1.2, new[] { 0.7745967, 0.7745967, 0, 0, 0, 0 })]
    [InlineData(OffPolicyMethod.Gate, OffPolicyLevel.Token, 0.5, 2, new[] { 1.5, 0, 0, 0, 0.9, 1.25 })]
    [InlineData(OffPolicyMethod.Gate, OffPolicyLevel.Sequence, 0.5, 2, new[] { 1.5, 0.4, 0, 0, 0, 0 })]
    [InlineData(OffPolicyMethod.Gate, OffPolicyLevel.SequenceMean, 0.8, 2, new[] { 0, 0, 0, 3, 0.9, 1.25 })]
    public void Weights_are_the_hand_computed_numbers(OffPolicyMethod method, OffPolicyLevel level, double low, double high, double[] expected)
    {
        using var scope = NewDisposeScope();
        var weights = Of(new() { Method = method, Level = level, Low = low, High = high }, Ratios);
        Numbers.Same([.. expected, 0, 0, 0], weights, Tolerances.HandComputed);
    }

    [Theory]
    [InlineData(OffPolicyLevel.Token, 0.5, new[] { 1.2195122, 0.4065041, 0, 1.6260163, 0.7317073, 1.0162602 })] // / (6.15 / 5)
    [InlineData(OffPolicyLevel.Sequence, 0.7, new[] { 0.5185185, 0.5185185, 0, 1.4814815, 1.4814815, 1.4814815 })] // / ((0.7 + 2) / 2)
    public void Normalized_weights_have_mean_1_over_tokens_or_responses(OffPolicyLevel level, double low, double[] expected)
    {
        using var scope = NewDisposeScope();
        var weights = Of(new() { Method = OffPolicyMethod.Truncate, Level = level, Low = low, High = 2, Normalize = true }, Ratios);
        Numbers.Same([.. expected, 0, 0, 0], weights, Tolerances.HandComputed);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(0.5, 1)]
    public void A_ratio_on_a_bound_is_kept(double low, double high)
    {
        using var scope = NewDisposeScope();
        var weights = Of(new() { Method = OffPolicyMethod.Mask, Low = low, High = high }, [[1, 1, 0], [1, 1, 1], [1, 1, 1]]);
        Numbers.Same([1, 1, 0, 1, 1, 1, 0, 0, 0], weights, 0);
    }

    [Fact]
    public void Weights_that_are_all_zero_stay_zero_when_normalized()
    {
        using var scope = NewDisposeScope();
        foreach (var level in Enum.GetValues<OffPolicyLevel>())
        {
            var correction = new OffPolicyCorrection { Method = OffPolicyMethod.Mask, Level = level, Low = 0.9, High = 1.1, Normalize = true };
            Numbers.Same(new double[9], Of(correction, [[3, 5, 7], [0.2, 0.3, 0.1], [1, 1, 1]]), 0);
        }
    }

    // Held to exp(20) and exp(-20); the geometric mean of the second row is exp(0).
    [Fact]
    public void Huge_ratios_do_not_overflow()
    {
        using var scope = NewDisposeScope();
        var logRatio = Numbers.Rows([1000, -1000], [800, -800], [double.NegativeInfinity, -0.2]);
        Numbers.Same([2, 0.5, 2, 0.5, 0.5, 0.8187308], Weights(OffPolicyMethod.Truncate, OffPolicyLevel.Token), Tolerances.HandComputed);
        Numbers.Same([1, 1, 1, 1, 0.5, 0.5], Weights(OffPolicyMethod.Truncate, OffPolicyLevel.Sequence), Tolerances.HandComputed);
        Numbers.Same(
            [485165195.4097903, 2.0611536e-9, 485165195.4097903, 2.0611536e-9, 0, 0],
            Weights(OffPolicyMethod.Gate, OffPolicyLevel.SequenceMean), Tolerances.HandComputed);

        Tensor Weights(OffPolicyMethod method, OffPolicyLevel level) => OffPolicyWeights.Of(
            new() { Method = method, Level = level, Low = 0.5, High = 2 }, logRatio, zeros_like(logRatio), Numbers.Mask("xx", "xx", "xx"));
    }

    [Fact]
    public void Weights_carry_no_gradient()
    {
        using var scope = NewDisposeScope();
        var (old, behaviour) = (Numbers.Row(-0.5).requires_grad_(true), Numbers.Row(-0.7).requires_grad_(true));
        Assert.False(OffPolicyWeights.Of(new() { Method = OffPolicyMethod.Truncate }, old, behaviour, Numbers.Mask("x")).requires_grad);
    }

    [Fact]
    public void Mean_is_over_tokens_or_over_the_means_of_responses()
    {
        using var scope = NewDisposeScope();
        var (weights, mask) = (Numbers.Rows([1.5, 0.5, 9], [2, 0.9, 1.3], [8, 8, 8]), Numbers.Mask(Counting));
        Numbers.Same([1.24], OffPolicyWeights.Mean(OffPolicyLevel.Token, weights, mask), Tolerances.Float64);    // 6.2 / 5
        Numbers.Same([1.2], OffPolicyWeights.Mean(OffPolicyLevel.Sequence, weights, mask), Tolerances.Float64);  // (1 + 1.4) / 2
        Numbers.Same([1.2], OffPolicyWeights.Mean(OffPolicyLevel.SequenceMean, weights, mask), Tolerances.Float64);
        Numbers.Same([0], OffPolicyWeights.Mean(OffPolicyLevel.Sequence, weights, Numbers.Mask("...", "...", "...")), 0);
    }

    [Theory]
    [InlineData(2.0, 0.5, 1.5, 0.8205128)]  // 4^2 / (3 * 6.5)
    [InlineData(0.7, 0.7, 0.7, 1.0)]
    [InlineData(0.0, 1.7, 0.0, 0.3333333)]
    [InlineData(0.0, 0.0, 0.0, 0.0)]
    public void Effective_sample_size_is_the_hand_computed_share(double first, double second, double third, double expected)
    {
        using var scope = NewDisposeScope();
        var size = OffPolicyWeights.EffectiveSampleSize(Numbers.Rows([first, 4], [second, third]), Numbers.Mask("x.", "xx"));
        Numbers.Same([expected], size, Tolerances.HandComputed);
    }

    [Fact]
    public void Other_shapes_and_unknown_choices_are_refused()
    {
        using var scope = NewDisposeScope();
        var (two, one, mask) = (Numbers.Row(0.3, 0.4), Numbers.Row(0.5), Numbers.Mask("xx"));
        Assert.Equal(
            "behaviourLogProbs has shape [1,1], expected [1,2]; nothing here broadcasts. (Parameter 'behaviourLogProbs')",
            Assert.Throws<ArgumentException>(() => OffPolicyWeights.Of(new(), two, one, mask)).Message);
        Assert.Equal(
            "mask has shape [1,1], expected [1,2]; nothing here broadcasts. (Parameter 'mask')",
            Assert.Throws<ArgumentException>(() => OffPolicyWeights.Of(new(), two, two, Numbers.Mask("x"))).Message);
        Assert.Equal(
            "mask has shape [1,1], expected [1,2]; nothing here broadcasts. (Parameter 'mask')",
            Assert.Throws<ArgumentException>(() => OffPolicyWeights.EffectiveSampleSize(two, Numbers.Mask("x"))).Message);
        Assert.Throws<UnreachableException>(() => OffPolicyWeights.Of(new() { Method = (OffPolicyMethod)17 }, two, two, mask));
        Assert.Throws<UnreachableException>(() => OffPolicyWeights.Of(new() { Level = (OffPolicyLevel)17 }, two, two, mask));
    }

    [Fact]
    public void Options_have_the_fields_defaults_and_a_band_that_holds_1()
    {
        Assert.Equal(
            new() { Method = OffPolicyMethod.None, Level = OffPolicyLevel.Token, Low = 0, High = 2, Normalize = false }, new OffPolicyCorrection());
        foreach (var low in new[] { -0.001, 1.001, double.NaN })
        {
            var refused = Assert.Throws<ArgumentOutOfRangeException>(() => new OffPolicyCorrection { Low = low });
            Assert.StartsWith("Low must lie in [0, 1], so that a ratio of 1 is never cut.", refused.Message);
            Assert.Equal("Low", refused.ParamName);
        }

        foreach (var high in new[] { 0.999, 1.001e8, double.NaN })
        {
            var refused = Assert.Throws<ArgumentOutOfRangeException>(() => new OffPolicyCorrection { High = high });
            Assert.StartsWith("High must lie in [1, 1e8], so that a ratio of 1 is never cut.", refused.Message);
            Assert.Equal("High", refused.ParamName);
        }

        Assert.Equal((0, 1, 1, 1e8), (new OffPolicyCorrection { Low = 0 }.Low, new OffPolicyCorrection { Low = 1 }.Low,
            new OffPolicyCorrection { High = 1 }.High, new OffPolicyCorrection { High = 1e8 }.High));
    }

    private static Tensor Of(OffPolicyCorrection correction, double[][] ratios)
    {
        var behaviour = Numbers.Rows([-0.7, -1.1, -0.3], [-0.4, -2.1, -0.9], [-1.3, -0.2, -0.6]);
        return OffPolicyWeights.Of(correction, behaviour + Numbers.Rows(ratios).log(), behaviour, Numbers.Mask(Counting));
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(0.05, true)]
    [InlineData(1e300, true)]
    [InlineData(-0.05, false)]
    [InlineData(double.PositiveInfinity, false)]
    [InlineData(double.NaN, false)]
    public void Limit_of_a_sequences_kl_is_finite_and_not_negative(double limit, bool holds)
    {
        if (holds)
        {
            Assert.Equal(limit, new OffPolicyCorrection { LargestSequenceKl = limit }.LargestSequenceKl);
            return;
        }

        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => new OffPolicyCorrection { LargestSequenceKl = limit });
        Assert.StartsWith("LargestSequenceKl must be at least 0 and finite; 0 leaves no response out.", refused.Message);
    }
}
