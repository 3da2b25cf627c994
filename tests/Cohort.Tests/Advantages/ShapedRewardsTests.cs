using Cohort.Advantages;
using static TorchSharp.torch;

namespace Cohort.Tests.Advantages;

public sealed class ShapedRewardsTests
{
    [Fact]
    public void Parts_of_the_reward_are_the_hand_computed_ones_in_the_scores_own_precision()
    {
        using var scope = NewDisposeScope();
        var sparse = ShapedRewards.OnLastToken(tensor(new[] { 0.7, -1.3, 2.5 }), Numbers.Mask("x.x.", "....", ".xxx"));
        Numbers.Same([0, 0, 0.7, 0, 0, 0, 0, 0, 0, 0, 0, 2.5], sparse, 0);
        Numbers.Same([0.66, -0.94], ShapedRewards.LessKl(Numbers.Row(0.7, -1.3), Numbers.Row(0.2, -1.8), 0.2), Tolerances.Float64);
    }

    [Fact]
    public void Parts_that_do_not_fit_are_refused()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentException>(() => ShapedRewards.OnLastToken(tensor(new[] { 0.7, -1.3 }), Numbers.Mask("x.x.")));
        Assert.StartsWith("mask has shape [1,4], expected [2,4]; nothing here broadcasts.", error.Message);
        error = Assert.Throws<ArgumentException>(() => ShapedRewards.LessKl(Numbers.Row(0.7, -1.3), Numbers.Row(0.2), 0.2));
        Assert.StartsWith("kl has shape [1,1], expected [1,2]; nothing here broadcasts.", error.Message);
    }

    [Theory]
    [InlineData(-0.1)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NaN)]
    public void Coefficient_out_of_range_is_refused(double coefficient)
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => ShapedRewards.LessKl(Numbers.Row(0.7), Numbers.Row(0.2), coefficient));
        Assert.StartsWith($"coefficient is {coefficient:R}; β must be at least 0 and finite.", error.Message);
        Numbers.Same([0.7], ShapedRewards.LessKl(Numbers.Row(0.7), Numbers.Row(0.2), 0), 0);
    }
}
