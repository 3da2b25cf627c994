using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Losses;

public sealed class ClippedValueLossTests
{
    [Theory]
    [InlineData(1.5, 0.9, 2.0, 0.2, 0.81, 0.0)]  // towards the return, past the clip: (1.1 - 2)^2, no gradient
    [InlineData(1.5, 0.9, 0.4, 0.2, 1.21, 2.2)]  // away from the return: (1.5 - 0.4)^2, 2 (V - R)
    [InlineData(1.0, 0.9, 0.4, 0.2, 0.36, 1.2)]  // inside the clip
    [InlineData(0.3, 0.9, 0.2, 0.2, 0.25, 0.0)]  // past the clip below: (0.7 - 0.2)^2
    [InlineData(1.5, 0.9, 2.0, double.PositiveInfinity, 0.25, -1.0)]
    public void Loss_and_gradient_are_the_hand_computed_numbers(
        double value, double old, double target, double clip, double loss, double gradient)
    {
        using var scope = NewDisposeScope();
        Numbers.Same([loss], Loss(Numbers.Row(value)), Tolerances.Float64);
        Numbers.Same([gradient], Numbers.Gradient(Numbers.Row(value), values => Loss(values).sum()), Tolerances.Float64);

        Tensor Loss(Tensor values) => ClippedValueLoss.PerToken(values, Numbers.Row(old), Numbers.Row(target), clip);
    }

    [Theory]
    [InlineData(1.5, 0.9, 2.0, 0.2, true)]   // towards the return, past the clip
    [InlineData(1.5, 0.9, 0.4, 0.2, false)]  // away from the return: the value's own square is the larger
    [InlineData(1.0, 0.9, 0.4, 0.2, false)]  // inside the clip
    [InlineData(1.3, 0.1, 2.9, 0.2, true)]
    [InlineData(1.5, 0.9, 2.0, double.PositiveInfinity, false)]
    public void Clip_is_active_where_it_raises_the_loss(double value, double old, double target, double clip, bool expected)
    {
        using var scope = NewDisposeScope();
        var clipped = ClippedValueLoss.Clipped(Numbers.Row(value), Numbers.Row(old), Numbers.Row(target), clip);
        Assert.Equal(ScalarType.Bool, clipped.dtype);
        Numbers.Same([expected ? 1 : 0], clipped, 0);
    }

    // 0.1 + (0.3 - 0.1) is not 0.3 in float64, nor in float32.
    [Fact]
    public void A_value_inside_the_range_is_not_clipped_by_rounding()
    {
        using var scope = NewDisposeScope();
        foreach (var type in new[] { ScalarType.Float32, ScalarType.Float64 })
        {
            var old = linspace(-3, 3, 997, dtype: type).unsqueeze(0);
            var values = old + 0.19;
            Numbers.Same(new double[997], ClippedValueLoss.Clipped(values, old, values * 1.37, 0.25), 0);
        }
    }

    [Fact]
    public void Other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        var (two, one) = (Numbers.Row(0.3, 0.4), Numbers.Row(0.5));
        Assert.Equal(
            "oldValues has shape [1,1], expected [1,2]; nothing here broadcasts. (Parameter 'oldValues')",
            Assert.Throws<ArgumentException>(() => ClippedValueLoss.PerToken(two, one, two, 0.2)).Message);
        Assert.Equal(
            "returns has shape [1,1], expected [1,2]; nothing here broadcasts. (Parameter 'returns')",
            Assert.Throws<ArgumentException>(() => ClippedValueLoss.PerToken(two, two, one, 0.2)).Message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-0.2)]
    [InlineData(double.NaN)]
    public void Clip_range_out_of_range_is_refused(double range)
    {
        using var scope = NewDisposeScope();
        var one = Numbers.Row(0.7);
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => ClippedValueLoss.PerToken(one, one, one, range));
        Assert.StartsWith($"clipRange is {range:R}; the clip range must be above 0; infinity is no clip.", error.Message);
    }
}
