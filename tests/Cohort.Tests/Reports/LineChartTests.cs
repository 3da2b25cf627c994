using Cohort.Reports;

namespace Cohort.Tests.Reports;

public class LineChartTests
{
    private static readonly ChartLabels Labels = new("Entropy", "nats", "steps", FromZero: true);

    [Fact]
    public void Positions_follow_from_the_scales()
    {
        var chart = LineChart.Of(Labels, [Of((10, 0.5), (20, 1.0), (30, 0.75))]);
        Assert.Equal((0.0, 1.0), (chart.Y.Low, chart.Y.High));
        Assert.Equal((10.0, 30.0), (chart.X.Low, chart.X.High));
        var piece = Assert.Single(chart.Pieces(chart.Series[0]));

        // Left edge 10 + 3 digits * 6.8 = 30.4, right edge 400 - 14 = 386; lower edge 232 - 38 = 194, upper edge 24.
        Assert.Equal([30.4, 208.2, 386], piece.Select(point => Math.Round(point.X, 6)));
        Assert.Equal([109, 24, 66.5], piece.Select(point => Math.Round(point.Y, 6)));
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity)]
    [InlineData(double.MaxValue)]
    public void A_value_that_cannot_be_drawn_breaks_the_line(double gap)
    {
        var chart = LineChart.Of(Labels, [Of((1, 0.2), (2, 0.3), (3, gap), (4, 0.5), (5, gap), (6, 0.4), (7, 0.3))]);
        Assert.Equal([2, 1, 2], chart.Pieces(chart.Series[0]).Select(piece => piece.Count));
        Assert.Equal(0.5, chart.Y.High, 1e-9);
    }

    [Fact]
    public void A_point_alone_is_drawn_as_a_dot()
    {
        var svg = SvgWriter.Chart(LineChart.Of(Labels, [Of((3, 0.7))]), "one").ToString();
        Assert.Contains("<circle ", svg);
        Assert.DoesNotContain("<path", svg);
        Assert.DoesNotContain("NaN", svg);
    }

    [Fact]
    public void Below_the_floor_points_lie_on_the_lower_edge()
    {
        var chart = LineChart.Of(Labels with { Floor = -1 }, [Of((1, -50), (2, 0.5))]);
        Assert.Equal(-1, chart.Y.Low);
        Assert.Equal(chart.Y.Start, chart.Pieces(chart.Series[0]).Single()[0].Y);
    }

    [Fact]
    public void Everything_below_the_floor_is_still_a_chart()
    {
        var chart = LineChart.Of(Labels with { Floor = -1 }, [Of((1, -50), (2, -40))]);
        Assert.All(chart.Pieces(chart.Series[0]).Single(), point => Assert.InRange(point.Y, chart.Y.End, chart.Y.Start));
    }

    [Fact]
    public void The_abscissa_begins_at_zero_where_the_first_point_is_near_it()
    {
        Assert.Equal(0, LineChart.Of(Labels, [Of((1, 0.2), (300, 0.3))]).X.Low);
        Assert.Equal(200, LineChart.Of(Labels, [Of((200, 0.2), (300, 0.3))]).X.Low);
    }

    [Fact]
    public void The_description_says_where_a_curve_begins_and_ends()
    {
        var chart = LineChart.Of(Labels, [Of((1, 0.8), (50, 0.1), (100, 0.25))]);
        Assert.Equal("GRPO goes from 0.8 at 1 steps to 0.25 at 100, between 0.1 and 0.8.", chart.Description());
    }

    [Fact]
    public void Thinning_averages_neighbours_and_keeps_the_last()
    {
        // 7 points to 4: three buckets of 2, and the last.
        var thin = Of((1, 2), (2, 4), (3, double.NaN), (4, 7), (5, double.NaN), (6, double.NaN), (7, 9)).Thinned(4);
        Assert.Equal([1.5, 4, 5, 7], thin.Points.Select(point => point.X));
        Assert.Equal([3, 7, double.NaN, 9], thin.Points.Select(point => point.Y));
    }

    [Theory]
    [InlineData(400, 400)]
    [InlineData(401, 201)]
    [InlineData(3000, 376)]
    [InlineData(100_000, 400)]
    public void Thinning_leaves_at_most_so_many(int before, int after)
    {
        var series = Of(Enumerable.Range(0, before).Select(i => ((double)i, i * 0.5)).ToArray());
        Assert.Equal(after, series.Thinned(400).Points.Count);
    }

    private static Series Of(params (double X, double Y)[] points) =>
        new("GRPO", 0, 0, points.Select(point => new Point(point.X, point.Y)).ToArray());
}
