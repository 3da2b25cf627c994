using Cohort.Reports;

namespace Cohort.Tests.Reports;

public class ChartThinningTests
{
    [Fact]
    public void Thinning_averages_neighbours_and_keeps_the_last()
    {
        // 7 points to 4: three buckets of 2, and the last.
        var thin = ChartThinning.Of(Of((1, 2), (2, 4), (3, double.NaN), (4, 7), (5, double.NaN), (6, double.NaN), (7, 9)), 4);
        Assert.Equal([1.5, 4, 5, 7], thin.Points.Select(point => point.X));
        Assert.Equal([3, 7, double.NaN, 9], thin.Points.Select(point => point.Y));
    }

    [Fact]
    public void Ends_of_intervals_are_averaged_over_the_points_that_have_them()
    {
        var series = new ChartSeries("GRPO", [new(1, 2, 1.5, 2.75), new(2, 4), new(3, 5, 4.5, 6.25), new(4, 6, 5.75, 7), new(5, 8, 7, 9.5)]);
        Assert.Equal(
            [(1.5, 2.75), (5.125, 6.625), (7, 9.5)], ChartThinning.Of(series, 3).Points.Select(point => (point.Low, point.High)));
    }

    [Theory]
    [InlineData(400, 400)]
    [InlineData(401, 201)]
    [InlineData(3000, 376)]
    [InlineData(100_000, 400)]
    public void Thinning_leaves_at_most_so_many(int before, int after)
    {
        var series = Of(Enumerable.Range(0, before).Select(i => ((double)i, i * 0.5)).ToArray());
        Assert.Equal(after, ChartThinning.Of(series, 400).Points.Count);
    }

    [Fact]
    public void Bars_are_never_averaged()
    {
        var bars = Of((1, 2), (2, 4), (3, 5), (4, 7)) with { Mark = ChartMark.Bar };
        Assert.Equal(4, ChartThinning.Of(bars, 2).Points.Count);
    }

    private static ChartSeries Of(params (double X, double Y)[] points) =>
        new("GRPO", points.Select(point => new ChartPoint(point.X, point.Y)).ToArray());
}
