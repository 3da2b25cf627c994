using Cohort.Advantages;
using static TorchSharp.torch;

namespace Cohort.Tests.Advantages;

public sealed class BaselineAdvantageTests
{
    [Fact]
    public void Score_less_baseline_stands_on_every_token_that_counts()
    {
        using var scope = NewDisposeScope();
        var advantages = BaselineAdvantage.PerToken(tensor([0.7, -1.3, 2.5]), tensor([0.2, 0.4, 9.0]), Numbers.Mask("xx.", ".xx", "..."));
        Numbers.Same([0.5, 0.5, 0, 0, -1.7, -1.7, 0, 0, 0], advantages, Tolerances.Float64);
    }

    [Fact]
    public void Advantages_carry_no_gradient()
    {
        using var scope = NewDisposeScope();
        var scores = tensor([0.7, 0.3]).requires_grad_(true);
        Assert.False(BaselineAdvantage.PerToken(scores, tensor([0.2, 0.1]), Numbers.Mask("x", "x")).requires_grad);
    }

    [Fact]
    public void Numbers_that_count_must_be_finite_and_others_need_not()
    {
        using var scope = NewDisposeScope();
        var mask = Numbers.Mask("x", ".");
        Numbers.Same([0.5, 0], BaselineAdvantage.PerToken(tensor([0.7, double.NaN]), tensor([0.2, double.NaN]), mask), Tolerances.Float64);
        var error = Assert.Throws<ArgumentException>(() => BaselineAdvantage.PerToken(tensor([double.NaN, 0.3]), tensor([0.2, 0.1]), mask));
        Assert.StartsWith("scores has NaN at entry 0 of shape [2]", error.Message);
        error = Assert.Throws<ArgumentException>(() => BaselineAdvantage.PerToken(tensor([0.7, 0.3]), tensor([double.NegativeInfinity, 0.1]), mask));
        Assert.StartsWith("baselines has -Infinity at entry 0 of shape [2]", error.Message);
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        var error = Assert.Throws<ArgumentException>(() => BaselineAdvantage.PerToken(tensor([0.7, 0.3]), tensor([0.2]), Numbers.Mask("x", "x")));
        Assert.StartsWith("baselines has shape [1], expected [2]; nothing here broadcasts.", error.Message);
        error = Assert.Throws<ArgumentException>(() => BaselineAdvantage.PerToken(tensor([0.7]), tensor([0.2]), Numbers.Mask("x", "x")));
        Assert.StartsWith("scores has shape [1], expected [2]; nothing here broadcasts.", error.Message);
    }
}
