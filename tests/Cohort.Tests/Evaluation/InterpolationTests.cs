using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class InterpolationTests
{
    private static readonly (double X, double Y)[] Curve = [(100, 0.2), (300, 0.6), (400, 0.5), (800, 0.9)];

    [Theory]
    [InlineData(100, 0.2)]
    [InlineData(150, 0.3)] // 0.2 + 0.4 * 50 / 200
    [InlineData(300, 0.6)]
    [InlineData(375, 0.525)] // 0.6 - 0.1 * 75 / 100
    [InlineData(500, 0.6)] // 0.5 + 0.4 * 100 / 400
    [InlineData(800, 0.9)]
    [InlineData(99, double.NaN)]
    [InlineData(801, double.NaN)]
    public void Values_lie_on_the_straight_lines_and_nowhere_outside(double x, double expected) =>
        Assert.Equal(expected, Interpolation.At(Curve, x), 1e-12);

    [Theory]
    [InlineData(0.1, 100)]
    [InlineData(0.5, 250)] // 100 + 200 * 0.3 / 0.4, on the way up and not at 400
    [InlineData(0.8, 700)] // 400 + 400 * 0.3 / 0.4
    [InlineData(0.9, 800)]
    [InlineData(0.91, double.NaN)]
    public void A_threshold_is_reached_where_the_line_crosses_it_first(double threshold, double expected) =>
        Assert.Equal(expected, Interpolation.FirstReaching(Curve, threshold), 1e-9);

    [Fact]
    public void Measurements_without_a_value_are_left_out()
    {
        (double, double)[] curve = [(100, 0.2), (200, double.NaN), (300, 0.6), (500, double.NaN)];

        Assert.Equal(0.4, Interpolation.At(curve, 200), 1e-12);
        Assert.Equal(250, Interpolation.FirstReaching(curve, 0.5), 1e-9);
        Assert.Equal(double.NaN, Interpolation.At(curve, 400));
    }

    [Fact]
    public void A_curve_without_measurements_has_no_values()
    {
        Assert.Equal(double.NaN, Interpolation.At([], 3));
        Assert.Equal(double.NaN, Interpolation.FirstReaching([], 0.3));
    }

    [Fact]
    public void A_curve_that_goes_back_is_refused()
    {
        var error = Assert.Throws<ArgumentException>(() => Interpolation.At([(100, 0.2), (300, 0.4), (250, 0.5)], 120));

        Assert.Contains("Point 2 of the curve is at 250 after 300", error.Message);
    }
}
