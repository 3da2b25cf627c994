using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

public sealed class ClippedSurrogateTests
{
    private const double Low = 0.2;
    private const double High = 0.3;

    [Theory]
    [InlineData(2.0, +3.0, -3.9)]   // gain capped at (1 + high) A
    [InlineData(0.5, +3.0, -1.5)]   // loss of probability is not capped
    [InlineData(0.5, -3.0, +2.4)]   // gain capped at (1 - low) A
    [InlineData(2.0, -3.0, +6.0)]   // harm is not capped
    [InlineData(1.25, +3.0, -3.75)] // inside the band, beyond the lower width
    [InlineData(0.85, -3.0, +2.55)] // inside the band
    public void Loss_is_the_hand_computed_number(double ratio, double advantage, double expected)
    {
        using var scope = NewDisposeScope();
        var loss = ClippedSurrogate.PerToken(Numbers.Row(ratio), Numbers.Row(advantage), Low, High);
        Numbers.Same([expected], loss, Tolerances.Float64);
    }

    [Theory]
    [InlineData(1.1, +2.0, -2.2)]   // inside: -r A
    [InlineData(0.9, -2.0, +1.8)]
    [InlineData(2.0, +3.0, 0.0)]    // outside, where going on would pay: the gradient stops
    [InlineData(0.5, -3.0, 0.0)]
    [InlineData(0.5, +3.0, -1.5)]   // outside, but harmful: the gradient leads back
    [InlineData(2.0, -3.0, +6.0)]
    public void Gradient_to_the_log_probability_is_the_hand_computed_number(double ratio, double advantage, double expected)
    {
        using var scope = NewDisposeScope();
        var old = Numbers.Row(-1.7);
        var gradient = Numbers.Gradient(
            old + Math.Log(ratio),
            logProbs => ClippedSurrogate.PerToken(ImportanceRatio.PerToken(logProbs, old), Numbers.Row(advantage), Low, High).sum());
        Numbers.Same([expected], gradient, Tolerances.Float64);
    }

    [Fact]
    public void Clipped_tokens_are_those_whose_gradient_stops()
    {
        using var scope = NewDisposeScope();
        var ratio = Numbers.Row(2.0, 0.5, 0.5, 2.0, 1.25, 0.85);
        var advantages = Numbers.Row(3.0, 3.0, -3.0, -3.0, 3.0, -3.0);
        var (low, high) = ClippedSurrogate.Clipped(ratio, advantages, Low, High);
        Numbers.Same([0, 0, 1, 0, 0, 0], low, 0);
        Numbers.Same([1, 0, 0, 0, 0, 0], high, 0);
    }

    [Theory]
    [InlineData(4.0, -3.0, 7.5)]    // at most c |A|
    [InlineData(2.2, -3.0, 6.6)]    // harm below c
    [InlineData(0.5, -3.0, 2.4)]
    [InlineData(4.0, +3.0, -3.9)]   // A > 0 is as before
    [InlineData(0.5, +3.0, -1.5)]
    public void Dual_clip_bounds_what_a_negative_advantage_costs(double ratio, double advantage, double expected)
    {
        using var scope = NewDisposeScope();
        var loss = ClippedSurrogate.PerToken(Numbers.Row(ratio), Numbers.Row(advantage), Low, High, dualClip: 2.5);
        Numbers.Same([expected], loss, Tolerances.Float64);
    }

    [Theory]
    [InlineData(4.0, -3.0, 7.5)]
    [InlineData(2.2, -3.0, 6.6)]
    [InlineData(0.5, -3.0, 2.4)]
    [InlineData(4.0, +3.0, -3.9)]
    [InlineData(0.5, +3.0, -1.5)]
    public void Cap_bounds_the_ratio(double ratio, double advantage, double expected)
    {
        using var scope = NewDisposeScope();
        var loss = ClippedSurrogate.PerToken(Numbers.Row(ratio), Numbers.Row(advantage), Low, High, ratioCap: 2.5);
        Numbers.Same([expected], loss, Tolerances.Float64);
    }

    // Ratios at and beyond 1 - 0.25, 1 + 0.5, c = 2 and δ = 4, under A < 0, A > 0 and A = 0.
    [Fact]
    public void Bounds_that_are_just_met_stop_nothing()
    {
        using var scope = NewDisposeScope();
        var ratio = Numbers.Row(0.75, 0.7, 1.5, 1.6, 2, 2.1, 4, 4.1);
        Stopped(-0.6, 0, 0, [0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]);
        Stopped(-0.6, 2, 0, [0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1, 1, 1]);
        Stopped(-0.6, 0, 4, [0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 1]);
        Stopped(-0.6, 2, 4, [0, 1, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 1, 1, 1]);
        Stopped(+0.6, 2, 4, [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 1, 1, 1, 1, 1]);
        Stopped(0, 2, 4, [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 0, 0, 0, 0]);

        void Stopped(double advantage, double dualClip, double ratioCap, double[] low, double[] high)
        {
            var clipped = ClippedSurrogate.Clipped(ratio, full_like(ratio, advantage), 0.25, 0.5, dualClip, ratioCap);
            Numbers.Same(low, clipped.Low, 0);
            Numbers.Same(high, clipped.High, 0);
        }
    }

    [Theory]
    [InlineData("clipLow", "it must lie in (0, 1)", 0.0, 0.3, 0.0, 0.0)]
    [InlineData("clipLow", "it must lie in (0, 1)", 1.0, 0.3, 0.0, 0.0)]
    [InlineData("clipHigh", "it must be above 0", 0.2, 0.0, 0.0, 0.0)]
    [InlineData("dualClip", "it must be above 1, or 0 for none", 0.2, 0.3, 1.0, 0.0)]
    [InlineData("dualClip", "it must be above 1, or 0 for none", 0.2, 0.3, double.NaN, 0.0)]
    [InlineData("ratioCap", "it must be above 1, or 0 for none", 0.2, 0.3, 0.0, 1.0)]
    [InlineData("ratioCap", "it must be above 1, or 0 for none", 0.2, 0.3, 0.0, -2.0)]
    public void Bounds_out_of_range_are_refused(string name, string rule, double low, double high, double dualClip, double ratioCap)
    {
        using var scope = NewDisposeScope();
        var (ratio, advantages) = (Numbers.Row(1.1), Numbers.Row(0.4));
        foreach (var call in new Action[]
        {
            () => ClippedSurrogate.PerToken(ratio, advantages, low, high, dualClip, ratioCap),
            () => ClippedSurrogate.Clipped(ratio, advantages, low, high, dualClip, ratioCap),
        })
        {
            var refused = Assert.Throws<ArgumentOutOfRangeException>(call);
            Assert.Equal(name, refused.ParamName);
            Assert.StartsWith($"{name} is ", refused.Message);
            Assert.Contains($"; {rule}.", refused.Message);
        }
    }

    [Fact]
    public void Other_shapes_and_dtypes_are_refused()
    {
        using var scope = NewDisposeScope();
        var ratio = Numbers.Row(1.1, 0.9);
        var shape = Assert.Throws<ArgumentException>(() => ClippedSurrogate.PerToken(ratio, Numbers.Rows([2.0], [3.0]), Low, High));
        Assert.Equal("advantages has shape [2,1], expected [1,2]; nothing here broadcasts. (Parameter 'advantages')", shape.Message);
        var type = Assert.Throws<ArgumentException>(
            () => ClippedSurrogate.Clipped(ratio, Numbers.Row(2, 3).to_type(ScalarType.Float32), Low, High));
        Assert.Equal("advantages is Float32, expected Float64; dtypes are never mixed. (Parameter 'advantages')", type.Message);
        Assert.Equal(
            "oldLogProbs has shape [1,1], expected [1,2]; nothing here broadcasts. (Parameter 'oldLogProbs')",
            Assert.Throws<ArgumentException>(() => ImportanceRatio.PerToken(ratio, Numbers.Row(0.3))).Message);
    }
}
