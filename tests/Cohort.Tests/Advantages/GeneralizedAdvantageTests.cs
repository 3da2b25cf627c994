using Cohort.Advantages;
using static TorchSharp.torch;

namespace Cohort.Tests.Advantages;

public sealed class GeneralizedAdvantageTests
{
    private const double NaN = double.NaN;

    // Discount 0.9, lambda 0.8, so that a residual counts 0.72 one token earlier.
    // Row 1: residuals 0.06, -0.43, 1.4. Row 2: 0.165, -1.05. Row 3 steps over column 1: -0.03, 1.4. Row 4: 0.6 - 0.25.
    [Fact]
    public void Advantages_of_unequal_lengths_are_the_hand_computed_numbers()
    {
        using var scope = NewDisposeScope();
        var rewards = Numbers.Rows([0.2, -0.3, 1.7, 0], [0, 0.1, -0.7, 0], [0.2, 0, 1.7, 0], [0, 0, 0, 0.6]);
        var values = Numbers.Rows([0.5, 0.4, 0.3, 8], [7, 0.25, 0.35, 6], [0.5, 77, 0.3, 5], [4, 3, 2, 0.25]);
        var mask = Numbers.Mask("xxx.", ".xx.", "x.x.", "...x");
        var advantages = GeneralizedAdvantage.PerToken(rewards, values, mask, discount: 0.9, lambda: 0.8);
        Numbers.Same(
            [0.47616, 0.578, 1.4, 0, 0, -0.591, -1.05, 0, 0.978, 0, 1.4, 0, 0, 0, 0, 0.35], advantages, Tolerances.Float64);
    }

    [Fact]
    public void Numbers_outside_the_mask_never_matter()
    {
        using var scope = NewDisposeScope();
        var mask = Numbers.Mask("xx.x..");
        var clean = GeneralizedAdvantage.PerToken(
            Numbers.Row(0.2, 0.4, 0, 1.3, 0, 0), Numbers.Row(0.5, 0.6, 0, 0.9, 0, 0), mask, 0.9, 0.8);
        var dirty = GeneralizedAdvantage.PerToken(
            Numbers.Row(0.2, 0.4, NaN, 1.3, NaN, 5), Numbers.Row(0.5, 0.6, NaN, 0.9, 3, NaN), mask, 0.9, 0.8);
        Numbers.Same(clean, dirty, 0);
    }

    [Fact]
    public void Lambda_1_gives_the_return_less_the_value()
    {
        using var scope = NewDisposeScope();
        var values = Numbers.Row(0.5, 0.4, 0.3);
        var advantages = GeneralizedAdvantage.PerToken(Numbers.Row(0.2, -0.3, 1.7), values, Numbers.Mask("xxx"), 0.9, 1);
        Numbers.Same([1.307 - 0.5, 1.23 - 0.4, 1.7 - 0.3], advantages, Tolerances.Float64);
    }

    [Fact]
    public void Lambda_0_gives_the_one_step_residual()
    {
        using var scope = NewDisposeScope();
        var advantages = GeneralizedAdvantage.PerToken(
            Numbers.Row(0.2, -0.3, 1.7), Numbers.Row(0.5, 0.4, 0.3), Numbers.Mask("xxx"), 0.9, 0);
        Numbers.Same([0.06, -0.43, 1.4], advantages, Tolerances.Float64);
    }

    [Fact]
    public void Advantages_carry_no_gradient()
    {
        using var scope = NewDisposeScope();
        var values = Numbers.Row(0.5, 0.4).requires_grad_(true);
        Assert.False(GeneralizedAdvantage.PerToken(Numbers.Row(0.2, 1.7), values, Numbers.Mask("xx"), 0.9, 0.8).requires_grad);
    }

    // Residuals 0.06, -0.43, 1.7 + 0.63 - 0.3 = 2.03.
    [Fact]
    public void Cut_completion_is_bootstrapped_from_the_value_after_its_last_action()
    {
        using var scope = NewDisposeScope();
        var rewards = Numbers.Rows([0.2, -0.3, 1.7, NaN], [0.2, -0.3, 1.7, NaN]);
        var values = Numbers.Rows([0.5, 0.4, 0.3, 8], [0.5, 0.4, 0.3, 8]);
        var advantages = GeneralizedAdvantage.PerToken(
            rewards, values, tensor([0.7, 0]), Numbers.Mask("xxx.", "xxx."), discount: 0.9, lambda: 0.8);
        Numbers.Same([0.802752, 1.0316, 2.03, 0, 0.47616, 0.578, 1.4, 0], advantages, Tolerances.Float64);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-0.1)]
    [InlineData(1.001)]
    [InlineData(NaN)]
    public void Discount_out_of_range_is_refused(double discount)
    {
        using var scope = NewDisposeScope();
        var (row, mask) = (Numbers.Row(0.2, 0.4), Numbers.Mask("xx"));
        foreach (var call in new Action[]
        {
            () => GeneralizedAdvantage.PerToken(row, row, mask, discount, 0.8),
            () => DiscountedReturns.PerToken(row, mask, discount),
            () => ReinforcePlusPlusAdvantage.PerToken(row, mask, discount),
        })
        {
            var refused = Assert.Throws<ArgumentOutOfRangeException>(call);
            Assert.Equal("discount", refused.ParamName);
            Assert.StartsWith($"discount is {discount:R}; γ must lie in (0, 1].", refused.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(-0.001)]
    [InlineData(1.001)]
    [InlineData(NaN)]
    public void Lambda_out_of_range_is_refused(double lambda)
    {
        using var scope = NewDisposeScope();
        var row = Numbers.Row(0.2, 0.4);
        var refused = Assert.Throws<ArgumentOutOfRangeException>(() => GeneralizedAdvantage.PerToken(row, row, Numbers.Mask("xx"), 1, lambda));
        Assert.Equal("lambda", refused.ParamName);
        Assert.StartsWith($"lambda is {lambda:R}; λ must lie in [0, 1].", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Reward_that_counts_and_is_not_finite_is_refused()
    {
        using var scope = NewDisposeScope();
        var refused = Assert.Throws<ArgumentException>(() => GeneralizedAdvantage.PerToken(
            Numbers.Row(NaN, double.NegativeInfinity), Numbers.Row(0.3, 0.5), Numbers.Mask(".x"), 0.9, 0.8));
        Assert.Equal("rewards has -Infinity at entry 1 of shape [1,2]; every number that counts must be finite. (Parameter 'rewards')", refused.Message);
    }

    [Fact]
    public void Final_values_of_another_shape_are_refused()
    {
        using var scope = NewDisposeScope();
        var row = Numbers.Row(0.2, 0.4);
        Assert.Equal(
            "finalValues has shape [2], expected [1]; nothing here broadcasts. (Parameter 'finalValues')",
            Assert.Throws<ArgumentException>(() => GeneralizedAdvantage.PerToken(row, row, tensor([0.3, 0.5]), Numbers.Mask("xx"), 0.9, 0.8)).Message);
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(
            "values has shape [1,3], expected [1,2]; nothing here broadcasts. (Parameter 'values')",
            Assert.Throws<ArgumentException>(() => GeneralizedAdvantage.PerToken(
                Numbers.Row(0.2, 0.4), Numbers.Row(0.3, 0.5, 0.7), Numbers.Mask("xx"), 0.9, 0.8)).Message);
        Assert.Equal(
            "mask has shape [1,3], expected [1,2]; nothing here broadcasts. (Parameter 'mask')",
            Assert.Throws<ArgumentException>(() => GeneralizedAdvantage.PerToken(
                Numbers.Row(0.2, 0.4), Numbers.Row(0.3, 0.5), Numbers.Mask("xxx"), 0.9, 0.8)).Message);
    }
}
