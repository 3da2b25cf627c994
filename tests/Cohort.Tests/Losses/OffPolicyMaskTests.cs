using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

public sealed class OffPolicyMaskTests
{
    // Mean of log behaviour - log current over what counts: (0.75 - 0.25) / 2 = 0.25, and -0.5.
    [Theory]
    [InlineData(0.2, ".xx.", ".x..")]   // only the tokens of negative advantage in the first row go
    [InlineData(0.25, "xxx.", ".x..")]  // the threshold itself stays
    public void Unlikely_tokens_of_negative_advantage_go(double threshold, params string[] expected)
    {
        using var scope = NewDisposeScope();
        var advantages = Numbers.Rows([-0.7, 0, 0.4, -0.2], [-0.9, -0.6, 1.2, double.NaN]);
        var current = Numbers.Rows([-1.5, -0.75, -1.25, double.NaN], [-3.0, -0.5, -2.0, -1.0]);
        var behaviour = Numbers.Rows([-0.75, -1.0, -1.0, -0.3], [-0.5, -1.0, double.PositiveInfinity, -0.5]);
        var keep = OffPolicyMask.Keep(advantages, current, behaviour, Numbers.Mask("xxx.", ".x.."), threshold);
        Assert.Equal(ScalarType.Bool, keep.dtype);
        Numbers.Same(Numbers.Mask(expected), keep, 0);
    }

    [Fact]
    public void An_empty_row_keeps_nothing()
    {
        using var scope = NewDisposeScope();
        var keep = OffPolicyMask.Keep(Numbers.Row(0.3, -0.4), Numbers.Row(-0.5, -0.9), Numbers.Row(-0.6, -0.7), Numbers.Mask(".."), 0);
        Numbers.Same([0, 0], keep, 0);
    }

    [Theory]
    [InlineData(-0.001)]
    [InlineData(double.NaN)]
    public void A_negative_threshold_is_refused(double threshold)
    {
        using var scope = NewDisposeScope();
        var one = Numbers.Row(-0.4);
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => OffPolicyMask.Keep(one, one, one, Numbers.Mask("x"), threshold));
        Assert.StartsWith($"threshold is {threshold:R}; the divergence up to which a response stays must be at least 0.", refused.Message);
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        var (two, one, mask) = (Numbers.Row(0.3, 0.4), Numbers.Row(0.5), Numbers.Mask("xx"));
        Assert.Equal(
            "advantages has shape [1,1], expected [1,2]; nothing here broadcasts. (Parameter 'advantages')",
            Assert.Throws<ArgumentException>(() => OffPolicyMask.Keep(one, two, two, mask, 0.1)).Message);
        Assert.Equal(
            "behaviourLogProbs has shape [1,1], expected [1,2]; nothing here broadcasts. (Parameter 'behaviourLogProbs')",
            Assert.Throws<ArgumentException>(() => OffPolicyMask.Keep(two, two, one, mask, 0.1)).Message);
        Assert.Equal(
            "mask has shape [1,1], expected [1,2]; nothing here broadcasts. (Parameter 'mask')",
            Assert.Throws<ArgumentException>(() => OffPolicyMask.Keep(two, two, two, Numbers.Mask("x"), 0.1)).Message);
    }
}
