using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training;

public sealed class ExplainedVarianceTests
{
    // R = 1, 4, 2.5 has variance 1.5; R - V = 0.5, 2, -0.5 has variance 19/18.
    [Fact]
    public void Share_is_the_hand_computed_number()
    {
        using var scope = NewDisposeScope();
        var explained = ExplainedVariance.Of(
            Numbers.Row(0.5, 2, double.NaN, 3), Numbers.Row(1, 4, 70, 2.5), Numbers.Mask("xx.x"));
        Assert.Equal(1 - (19.0 / 27), explained, Tolerances.Float64);
    }

    [Fact]
    public void Values_off_by_a_constant_explain_all_and_opposite_ones_less_than_nothing()
    {
        using var scope = NewDisposeScope();
        var (returns, mask) = (Numbers.Row(1, 4, 2.5), Numbers.Mask("xxx"));
        Assert.Equal(1, ExplainedVariance.Of(returns - 0.7, returns, mask), Tolerances.Float64);
        Assert.Equal(0, ExplainedVariance.Of(zeros_like(returns) + 9, returns, mask), Tolerances.Float64);
        Assert.Equal(-3, ExplainedVariance.Of(-returns, returns, mask), Tolerances.Float64);
    }

    [Fact]
    public void Equal_returns_have_no_spread_to_explain()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(double.NaN, ExplainedVariance.Of(Numbers.Row(1, 4), Numbers.Row(2, 2), Numbers.Mask("xx")));
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(
            "returns has shape [1,3], expected [1,2]; nothing here broadcasts. (Parameter 'returns')",
            Assert.Throws<ArgumentException>(
                () => ExplainedVariance.Of(Numbers.Row(1, 4), Numbers.Row(2, 3, 5), Numbers.Mask("xx"))).Message);
    }
}
