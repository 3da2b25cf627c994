namespace Cohort.Reports;

/// <summary>Long lines with fewer points.</summary>
internal static class ChartThinning
{
    /// <summary>
    /// At most so many points of a line: neighbours are averaged in buckets of equal size, each over those of its points that can be drawn. The last
    /// point stays as it is; points and bars are not touched.
    /// </summary>
    /// <param name="series">As measured.</param>
    /// <param name="atMost">At least 2.</param>
    public static ChartSeries Of(ChartSeries series, int atMost)
    {
        if (series.Points.Count <= atMost || series.Mark != ChartMark.Line)
            return series;

        var size = (series.Points.Count - 1 + atMost - 2) / (atMost - 1);
        return series with { Points = [.. series.Points.SkipLast(1).Chunk(size).Select(Average), series.Points[^1]] };
    }

    private static ChartPoint Average(ChartPoint[] bucket)
    {
        var drawn = bucket.Where(point => point.IsDrawn).ToArray();
        var banded = drawn.Where(point => point.HasInterval).ToArray();
        return drawn.Length == 0
            ? new(bucket[0].X, double.NaN)
            : new(
                drawn.Average(point => point.X),
                drawn.Average(point => point.Y),
                Mean(banded.Select(point => point.Low)),
                Mean(banded.Select(point => point.High)));
    }

    private static double Mean(IEnumerable<double> ends) => ends.DefaultIfEmpty(double.NaN).Average();
}
