using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Tensors;

public sealed class GuardsTests
{
    [Fact]
    public void Number_that_keeps_its_rule_passes_and_another_is_named_with_the_rule()
    {
        var lambda = 1.25;
        Guards.Require(lambda > 1, lambda, "λ must lie above 1");
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => Guards.Require(lambda < 1, lambda, "λ must lie below 1"));
        Assert.Equal("lambda", refused.ParamName);
        Assert.Equal(1.25, refused.ActualValue);
        Assert.StartsWith("lambda is 1.25; λ must lie below 1. (Parameter 'lambda')", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    [InlineData(double.NegativeInfinity, "-Infinity")]
    public void First_number_that_counts_and_is_not_finite_is_named(double bad, string text)
    {
        using var scope = NewDisposeScope();
        var rewards = Numbers.Rows([0.5, bad, 0.7], [0.2, bad, bad]);
        Guards.RequireFinite(rewards, Numbers.Mask("x.x", "x.."));
        var refused = Assert.Throws<ArgumentException>(() => Guards.RequireFinite(rewards, Numbers.Mask("x.x", "xxx")));
        Assert.Equal($"rewards has {text} at entry 4 of shape [2,3]; every number that counts must be finite. (Parameter 'rewards')", refused.Message);
        Assert.Equal("rewards", refused.ParamName);
    }

    [Fact]
    public void Numbers_of_half_the_width_are_read_too()
    {
        using var scope = NewDisposeScope();
        var scores = tensor([0.5f, float.NaN]);
        Assert.StartsWith(
            "scores has NaN at entry 1 of shape [2];",
            Assert.Throws<ArgumentException>(() => Guards.RequireFinite(scores, tensor([true, true]))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(8, 3)]
    [InlineData(8, 1)]
    [InlineData(8, 0)]
    [InlineData(2, 4)]
    [InlineData(8, -2)]
    public void Rows_that_do_not_divide_into_groups_are_refused(long rows, int groupSize)
    {
        var refused = Assert.Throws<ArgumentException>(() => Guards.RequireGroups(rows, groupSize));
        Assert.Equal(
            $"{rows} rows do not divide into groups of {groupSize}; a group needs at least 2 completions of one prompt. (Parameter 'groupSize')",
            refused.Message);
    }

    [Fact]
    public void Rows_that_divide_pass()
    {
        Guards.RequireGroups(8, 2);
        Guards.RequireGroups(8, 8);
    }
}
