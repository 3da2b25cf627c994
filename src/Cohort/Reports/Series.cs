namespace Cohort.Reports;

/// <summary>A point of a curve; an ordinate that is not finite breaks the line.</summary>
internal readonly record struct Point(double X, double Y)
{
    // Beyond this no axis has room.
    private const double Largest = 1e100;

    /// <summary>Whether the point can be drawn.</summary>
    public bool IsDrawn => Math.Abs(X) < Largest && Math.Abs(Y) < Largest;
}

/// <summary>A curve with a name.</summary>
/// <param name="Name">As the legend has it.</param>
/// <param name="Colour">Which of the palette's colours, from 0.</param>
/// <param name="Stroke">Which line style, from 0: whole, dashed, dotted.</param>
/// <param name="Points">In the order of their abscissas.</param>
internal sealed record Series(string Name, int Colour, int Stroke, IReadOnlyList<Point> Points)
{
    /// <summary>The last point that can be drawn, or one that cannot.</summary>
    public Point Last => Points.LastOrDefault(point => point.IsDrawn, new(double.NaN, double.NaN));

    /// <summary>
    /// At most so many points: neighbours are averaged in buckets of equal size, each over those of its points that can be drawn. The last
    /// point stays as it is.
    /// </summary>
    public Series Thinned(int atMost)
    {
        if (Points.Count <= atMost)
            return this;

        var size = (Points.Count - 1 + atMost - 2) / (atMost - 1);
        return this with { Points = Points.SkipLast(1).Chunk(size).Select(Average).Append(Points[^1]).ToArray() };
    }

    private static Point Average(Point[] bucket)
    {
        var drawn = bucket.Where(point => point.IsDrawn).ToArray();
        return drawn.Length == 0 ? new(bucket[0].X, double.NaN) : new(drawn.Average(point => point.X), drawn.Average(point => point.Y));
    }
}
