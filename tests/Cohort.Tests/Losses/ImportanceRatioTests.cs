using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

public sealed class ImportanceRatioTests
{
    // Log-ratios 0.3, -0.1, 0.4 (mean 0.2, sum 0.6) and -0.5, garbage, garbage.
    [Theory]
    [InlineData(RatioLevel.Token, new[] { 1.3498588076, 0.9048374180, 1.4918246976, 0.6065306597, 1, 1 })]
    [InlineData(RatioLevel.Sequence, new[] { 1.2214027582, 1.2214027582, 1.2214027582, 0.6065306597, 1, 1 })]
    [InlineData(RatioLevel.SequenceToken, new[] { 1.2214027582, 1.2214027582, 1.2214027582, 0.6065306597, 1, 1 })]
    [InlineData(RatioLevel.Product, new[] { 1.8221188004, 1.8221188004, 1.8221188004, 0.6065306597, 1, 1 })]
    public void Ratio_is_the_hand_computed_number(RatioLevel level, double[] expected)
    {
        using var scope = NewDisposeScope();
        var (logProbs, old, mask) = Example();
        Numbers.Same(expected, ImportanceRatio.Of(level, logProbs, old, mask), 1e-9);
    }

    // The gradient of 2 r_1 + 3 r_2 + 5 r_3 of the first response, and of 7 r of the second.
    [Theory]
    [InlineData(RatioLevel.Token, new[] { 2.6997176152, 2.7145122541, 7.4591234882, 4.2457146180, 0, 0 })]
    [InlineData(RatioLevel.Sequence, new[] { 4.0713425273, 4.0713425273, 4.0713425273, 4.2457146180, 0, 0 })] // 10 / 3 * 1.2214
    [InlineData(RatioLevel.SequenceToken, new[] { 2.4428055163, 3.6642082745, 6.1070137908, 4.2457146180, 0, 0 })]
    [InlineData(RatioLevel.Product, new[] { 18.2211880039, 18.2211880039, 18.2211880039, 4.2457146180, 0, 0 })] // 10 * 1.8221
    public void Gradient_is_the_hand_computed_number(RatioLevel level, double[] expected)
    {
        using var scope = NewDisposeScope();
        var (logProbs, old, mask) = Example();
        var weights = Numbers.Rows([2, 3, 5], [7, 11, 13]);
        Numbers.Same(expected, Numbers.Gradient(logProbs, at => (weights * ImportanceRatio.Of(level, at, old, mask)).sum()), 1e-8);
    }

    [Fact]
    public void An_empty_row_has_ratio_one()
    {
        using var scope = NewDisposeScope();
        foreach (var level in Enum.GetValues<RatioLevel>())
            Numbers.Same([1, 1], ImportanceRatio.Of(level, Numbers.Row(-0.3, double.NaN), Numbers.Row(-0.2, -0.4), Numbers.Mask("..")), 0);
    }

    [Fact]
    public void Minus_infinity_gives_ratio_zero_and_no_gradient()
    {
        using var scope = NewDisposeScope();
        var (logProbs, old, mask) = (Numbers.Row(double.NegativeInfinity, -0.4), Numbers.Row(-0.3, -0.4), Numbers.Mask("xx"));
        foreach (var (level, expected) in new[] { (RatioLevel.Token, 1.0), (RatioLevel.Sequence, 0.0), (RatioLevel.Product, 0.0) })
        {
            Numbers.Same([0, expected], ImportanceRatio.Of(level, logProbs, old, mask), Tolerances.Float64);
            Numbers.Same([0, expected], Numbers.Gradient(logProbs, at => ImportanceRatio.Of(level, at, old, mask).sum()), Tolerances.Float64);
        }
    }

    [Fact]
    public void Other_shapes_and_an_unknown_level_are_refused()
    {
        using var scope = NewDisposeScope();
        var row = Numbers.Row(-0.3, -0.2);
        Assert.Equal(
            "oldLogProbs has shape [2,1], expected [1,2]; nothing here broadcasts. (Parameter 'oldLogProbs')",
            Assert.Throws<ArgumentException>(
                () => ImportanceRatio.Of(RatioLevel.Token, row, Numbers.Rows([-0.1], [-0.2]), Numbers.Mask("xx"))).Message);
        Assert.Equal(
            "mask is Float64, expected Bool, where true counts. (Parameter 'mask')",
            Assert.Throws<ArgumentException>(() => ImportanceRatio.Of(RatioLevel.Token, row, row, row)).Message);
        Assert.Throws<System.Diagnostics.UnreachableException>(() => ImportanceRatio.Of((RatioLevel)9, row, row, Numbers.Mask("xx")));
    }

    private static (Tensor LogProbs, Tensor Old, Tensor Mask) Example() => (
        Numbers.Rows([-0.4, -1.3, -0.2], [-1.1, double.NegativeInfinity, -0.7]),
        Numbers.Rows([-0.7, -1.2, -0.6], [-0.6, -0.4, double.NaN]),
        Numbers.Mask("xxx", "x.."));
}
