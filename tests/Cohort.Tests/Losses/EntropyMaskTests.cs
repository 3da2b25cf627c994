using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

public sealed class EntropyMaskTests
{
    [Theory]
    [InlineData(0.5, "x..x", ".x..")]    // 1 + floor(0.5 * 4) = 3 of 5: 1.4, 1.1, 0.9
    [InlineData(0.49, "...x", ".x..")]   // 1 + floor(1.96)
    [InlineData(0.01, "...x", "....")]   // at least one
    [InlineData(1.0, "xx.x", "xx..")]
    public void The_highest_share_over_all_rows_is_kept(double share, params string[] expected)
    {
        using var scope = NewDisposeScope();
        var entropies = Numbers.Rows([0.9, 0.2, 3.3, 1.4], [0.5, 1.1, double.NaN, 2.2]);
        Numbers.Same(Numbers.Mask(expected), EntropyMask.Highest(entropies, Numbers.Mask("xx.x", "xx.."), share), 0);
    }

    [Fact]
    public void Equals_of_the_lowest_kept_are_kept_too()
    {
        using var scope = NewDisposeScope();
        var entropies = Numbers.Row(0.7, 1.2, 0.7, 0.3, 0.7);
        Numbers.Same(Numbers.Mask("xxx.x"), EntropyMask.Highest(entropies, Numbers.Mask("xxxxx"), 0.3), 0);
    }

    // 0.29 * 100 is 28.999999999999996 in float64.
    [Fact]
    public void Rounding_of_the_share_costs_no_token()
    {
        using var scope = NewDisposeScope();
        var kept = EntropyMask.Highest(arange(101, ScalarType.Float64).view(1, 101), ones([1, 101], ScalarType.Bool), 0.29);
        Assert.Equal(30, kept.sum().item<long>());
    }

    [Fact]
    public void Of_nothing_nothing_is_kept()
    {
        using var scope = NewDisposeScope();
        var kept = EntropyMask.Highest(Numbers.Row(0.7, 0.9), Numbers.Mask(".."), 0.5);
        Assert.Equal(ScalarType.Bool, kept.dtype);
        Numbers.Same([0, 0], kept, 0);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(1.001)]
    [InlineData(double.NaN)]
    public void A_share_out_of_range_is_refused(double share)
    {
        using var scope = NewDisposeScope();
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => EntropyMask.Highest(Numbers.Row(0.7), Numbers.Mask("x"), share));
        Assert.StartsWith($"share is {share:R}; the share of tokens kept must lie in (0, 1].", refused.Message);
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(
            "mask has shape [1,1], expected [1,2]; nothing here broadcasts. (Parameter 'mask')",
            Assert.Throws<ArgumentException>(() => EntropyMask.Highest(Numbers.Row(0.7, 0.9), Numbers.Mask("x"), 0.5)).Message);
    }
}
