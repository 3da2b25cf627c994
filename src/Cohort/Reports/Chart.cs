namespace Cohort.Reports;

/// <summary>How a series is drawn.</summary>
public enum ChartMark
{
    /// <summary>A line through its points, with a band where they have ends.</summary>
    Line,

    /// <summary>A point with a bar from low to high.</summary>
    Point,

    /// <summary>A bar from 0.</summary>
    Bar,
}

/// <summary>A point of a series. Ends that are NaN are not drawn; an ordinate that is not finite breaks a line.</summary>
/// <param name="X">Abscissa; ignored where the chart has categories.</param>
/// <param name="Y">Ordinate.</param>
/// <param name="Low">Lower end of an interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Category">The abscissa in words, where the chart has categories; any text.</param>
public readonly record struct ChartPoint(double X, double Y, double Low = double.NaN, double High = double.NaN, string Category = "")
{
    // Beyond this no axis has room.
    private const double Largest = 1e30;

    /// <summary>Whether the point can be drawn.</summary>
    internal bool IsDrawn => Math.Abs(X) < Largest && Math.Abs(Y) < Largest;

    /// <summary>Whether its interval can be drawn.</summary>
    internal bool HasInterval => Math.Abs(Low) < Largest && Math.Abs(High) < Largest;
}

/// <summary>A curve with a name.</summary>
/// <param name="Name">As the legend has it; any text.</param>
/// <param name="Points">In the order of their abscissas.</param>
public sealed record ChartSeries(string Name, IReadOnlyList<ChartPoint> Points)
{
    /// <summary>How it is drawn.</summary>
    public ChartMark Mark { get; init; }

    /// <summary>Which of the palette's six colours, from 0, and which marker; the same one means the same thing on the whole page.</summary>
    public int Colour { get; init; }

    /// <summary>Which line style, from 0: whole, dashed, dotted, dashes and dots, long dashes.</summary>
    public int Stroke { get; init; }

    /// <summary>The last point that can be drawn, or one that cannot.</summary>
    internal ChartPoint Last => Points.LastOrDefault(point => point.IsDrawn, new(double.NaN, double.NaN));
}

/// <summary>An interactive chart with the table of its numbers, for those who cannot see it.</summary>
/// <param name="Title">What is drawn.</param>
/// <param name="XLabel">Abscissa and its unit.</param>
/// <param name="YLabel">Ordinate and its unit.</param>
/// <param name="Series">The curves.</param>
public sealed record Chart(string Title, string XLabel, string YLabel, IReadOnlyList<ChartSeries> Series)
{
    /// <summary>A line of explanation below the title; empty for none.</summary>
    public string Note { get; init; } = "";

    /// <summary>Whether the ordinate begins at 0.</summary>
    public bool FromZero { get; init; }

    /// <summary>The lowest ordinate that is shown at first; points below it appear on zooming out.</summary>
    public double Floor { get; init; } = double.NegativeInfinity;

    /// <summary>Whether the abscissa is logarithmic.</summary>
    public bool LogX { get; init; }

    /// <summary>Whether the ordinate is logarithmic.</summary>
    public bool LogY { get; init; }
}
