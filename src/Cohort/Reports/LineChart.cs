namespace Cohort.Reports;

/// <summary>What a chart says in words.</summary>
/// <param name="Title">What is drawn.</param>
/// <param name="Unit">Unit of the ordinate.</param>
/// <param name="Abscissa">What the horizontal axis counts, such as "sampled tokens".</param>
/// <param name="FromZero">Whether the ordinate begins at 0.</param>
/// <param name="Floor">The lowest ordinate that is drawn; below it, points lie on the lower edge.</param>
internal sealed record ChartLabels(string Title, string Unit, string Abscissa, bool FromZero, double Floor = double.NegativeInfinity);

/// <summary>A chart as measured: scales, ticks, and every line's pieces in the units of the drawing.</summary>
internal sealed class LineChart
{
    /// <summary>Width of the drawing.</summary>
    public const double Width = 400;

    /// <summary>Height of the drawing.</summary>
    public const double Height = 232;

    private const double Digit = 6.8;
    private const int PointsPerSeries = 400;

    private LineChart(ChartLabels labels, Axis x, Axis y, IReadOnlyList<Series> series) =>
        (Labels, X, Y, Series) = (labels, x, y, series);

    /// <summary>The words.</summary>
    public ChartLabels Labels { get; }

    /// <summary>The horizontal axis.</summary>
    public Axis X { get; }

    /// <summary>The vertical axis.</summary>
    public Axis Y { get; }

    /// <summary>The curves, of at most 400 points each.</summary>
    public IReadOnlyList<Series> Series { get; }

    /// <summary>Measures a chart.</summary>
    /// <param name="labels">The words.</param>
    /// <param name="series">At least one of them with a point that can be drawn.</param>
    public static LineChart Of(ChartLabels labels, IEnumerable<Series> series)
    {
        var thinned = series.Select(curve => curve.Thinned(PointsPerSeries)).ToArray();
        var points = thinned.SelectMany(curve => curve.Points).Where(point => point.IsDrawn).ToArray();
        var low = Math.Max(labels.Floor, points.Min(point => point.Y));
        var high = Math.Max(low, points.Max(point => point.Y));
        var rows = Ticks.Around(labels.FromZero ? Math.Min(0, low) : low, high, atMost: 5);
        var left = 10 + (Digit * rows.Values.Max(tick => rows.Label(tick).Length));
        var vertical = new Axis(rows, rows.Values[0], rows.Values[^1], Start: Height - 38, End: 24);

        var (first, last) = (points.Min(point => point.X), points.Max(point => point.X));
        first = first > 0 && first < last / 10 ? 0 : first;
        var columns = Ticks.Around(first, last, atMost: 7);
        var (start, end) = first < last ? (first, last) : (columns.Values[0], columns.Values[^1]);
        return new(labels, new Axis(columns, start, end, Start: left, End: Width - 14), vertical, thinned);
    }

    /// <summary>A curve's pieces: runs of points without a break, as positions.</summary>
    public IEnumerable<IReadOnlyList<Point>> Pieces(Series series)
    {
        var piece = new List<Point>();
        foreach (var point in series.Points)
        {
            if (point.IsDrawn)
            {
                piece.Add(new(X.At(point.X), Y.At(point.Y)));
            }
            else if (piece.Count > 0)
            {
                yield return piece;
                piece = [];
            }
        }

        if (piece.Count > 0)
            yield return piece;
    }

    /// <summary>The chart in words, for those who cannot see it.</summary>
    public string Description() => string.Join(' ', Series.Where(curve => curve.Last.IsDrawn).Select(curve =>
    {
        var drawn = curve.Points.Where(point => point.IsDrawn).ToArray();
        return $"{curve.Name} goes from {NumberText.Of(drawn[0].Y)} at {NumberText.Of(drawn[0].X)} {Labels.Abscissa} to "
            + $"{NumberText.Of(drawn[^1].Y)} at {NumberText.Of(drawn[^1].X)}, between {NumberText.Of(drawn.Min(point => point.Y))} and "
            + $"{NumberText.Of(drawn.Max(point => point.Y))}.";
    }));
}
