using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

public sealed class CovarianceSelectionTests
{
    [Fact]
    public void Covariance_is_the_hand_computed_number()
    {
        using var scope = NewDisposeScope();
        var logProbs = Numbers.Rows([-1, -2, double.NaN], [-3.5, double.NegativeInfinity, -5.5]);
        var advantages = Numbers.Rows([4, 1.5, 99], [-2, 99, 0.5]);
        var covariance = CovarianceSelection.PerToken(logProbs.requires_grad_(true), advantages, Numbers.Mask("xx.", "x.x"));

        // Means -3 and 1: 3 * 2, 0.5 * 1, -3 * -0.5, -0.5 * -2.5.
        Numbers.Same([6, 0.5, 0, 1.5, 0, 1.25], covariance, Tolerances.Float64);
        Assert.False(covariance.requires_grad);
    }

    [Theory]
    [InlineData(0.25, "x..", "...")]  // 1 of 4
    [InlineData(0.74, "x..", "x..")]  // 2.96 of 4
    [InlineData(0.1, "x..", "...")]   // at least one
    [InlineData(1.0, "xx.", "x.x")]
    public void Kl_takes_a_share_with_the_largest_covariance(double fraction, string first, string second)
    {
        using var scope = NewDisposeScope();
        var (logProbs, _, advantages, mask) = Example();
        var selected = CovarianceSelection.ForKl(new KlCovLoss { Fraction = fraction }, logProbs, advantages, mask);
        Numbers.Same(Numbers.Mask(first, second), selected, 0);
        Assert.Equal(ScalarType.Bool, selected.dtype);
    }

    // Covariances 6, 0.5, 1.5, 1.25 and draws 0.1, 0.4, 0.7, 0.2; with four tokens counting.
    [Theory]
    [InlineData(1.0, 0.5, 6.0, "...", "x.x")]   // the bounds themselves are outside
    [InlineData(1.0, 0.49, 6.01, "xx.", "x.x")]
    [InlineData(0.5, 0.49, 6.01, "x..", "..x")] // the two smallest draws
    [InlineData(0.74, 0.49, 6.0, ".x.", "..x")]
    [InlineData(0.01, 0.49, 6.01, "x..", "...")]
    [InlineData(1.0, 1.3, 1.4, "...", "...")]
    public void Clip_takes_a_share_between_the_bounds_in_the_order_of_the_draws(
        double fraction, double low, double high, string first, string second)
    {
        using var scope = NewDisposeScope();
        var (logProbs, old, advantages, mask) = Example();
        var loss = new ClipCovLoss { Fraction = fraction, CovarianceLow = low, CovarianceHigh = high };
        var draws = Numbers.Rows([0.1, 0.4, 0.0], [0.7, 0.0, 0.2]);
        Numbers.Same(Numbers.Mask(first, second), CovarianceSelection.ForClip(loss, logProbs, old, advantages, mask, draws), 0);
    }

    [Fact]
    public void Clip_leaves_out_tokens_that_the_clip_has_stopped()
    {
        using var scope = NewDisposeScope();
        var (logProbs, _, advantages, mask) = Example();
        var loss = new ClipCovLoss { Low = 0.1, High = 0.2, Fraction = 1, CovarianceLow = -9, CovarianceHigh = 9 };
        Numbers.Same(Numbers.Mask(".x.", "x.x"), Selected(0.25, 0.15, 0.15, 0.15), 0);   // A > 0, e^0.25 is above 1.2
        Numbers.Same(Numbers.Mask("xx.", "..x"), Selected(-0.15, 0.15, -0.15, 0.15), 0); // A < 0, e^-0.15 is below 0.9

        Tensor Selected(double a, double b, double c, double d) => CovarianceSelection.ForClip(
            loss, logProbs, logProbs - Numbers.Rows([a, b, 0], [c, 0, d]), advantages, mask, zeros_like(logProbs));
    }

    [Fact]
    public void Nothing_is_selected_of_nothing()
    {
        using var scope = NewDisposeScope();
        var (logProbs, old, advantages, mask) = Example();
        Numbers.Same(new double[6], CovarianceSelection.ForKl(new KlCovLoss(), logProbs, advantages, zeros_like(mask)), 0);
        Numbers.Same(
            new double[6], CovarianceSelection.ForClip(new ClipCovLoss(), logProbs, old, advantages, zeros_like(mask), zeros_like(logProbs)), 0);
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        var (logProbs, old, advantages, mask) = Example();
        var row = Numbers.Row(0.3, 0.2, 0.1);
        Assert.Equal(
            "advantages has shape [1,3], expected [2,3]; nothing here broadcasts. (Parameter 'advantages')",
            Assert.Throws<ArgumentException>(() => CovarianceSelection.PerToken(logProbs, row, mask)).Message);
        Assert.Equal(
            "draws has shape [1,3], expected [2,3]; nothing here broadcasts. (Parameter 'draws')",
            Assert.Throws<ArgumentException>(
                () => CovarianceSelection.ForClip(new ClipCovLoss(), logProbs, old, advantages, mask, row)).Message);
    }

    private static (Tensor LogProbs, Tensor Old, Tensor Advantages, Tensor Mask) Example()
    {
        var logProbs = Numbers.Rows([-1, -2, double.NaN], [-3.5, double.NegativeInfinity, -5.5]);
        return (logProbs, logProbs.clone(), Numbers.Rows([4, 1.5, 99], [-2, 99, 0.5]), Numbers.Mask("xx.", "x.x"));
    }
}
