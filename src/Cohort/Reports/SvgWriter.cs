namespace Cohort.Reports;

/// <summary>Draws what was measured. Colours and fonts come from the page's style sheet.</summary>
internal static class SvgWriter
{
    private const int FewPoints = 40;

    /// <summary>A chart.</summary>
    /// <param name="chart">As measured.</param>
    /// <param name="id">Unique on the page.</param>
    public static Markup Chart(LineChart chart, string id) => $"""
        <svg class="chart" viewBox="0 0 {LineChart.Width} {LineChart.Height}" role="img" aria-labelledby="{id}-t {id}-d">
        <title id="{id}-t">{chart.Labels.Title}</title><desc id="{id}-d">{chart.Description()}</desc>
        <g class="grid">{chart.Y.Shown.Select(tick => Row(chart, tick))}</g>
        <g class="axis">{chart.X.Shown.Select(tick => Column(chart, tick))}
        <line x1="{chart.X.Start}" y1="{chart.Y.Start}" x2="{chart.X.End}" y2="{chart.Y.Start}"/>
        <text x="0" y="11">{chart.Labels.Unit}</text>
        <text class="end" x="{chart.X.End}" y="{LineChart.Height - 4}">{chart.Labels.Abscissa}</text></g>
        {chart.Series.Select(series => Curve(chart, series))}
        </svg>

        """;

    /// <summary>A curve's key for the legend.</summary>
    public static Markup Key(Series series) => $"""
        <svg class="key" viewBox="0 0 28 10" aria-hidden="true">
        <g class="c{series.Colour} s{series.Stroke}"><path d="M0 5H28"/>{Marker(series, new(14, 5))}</g></svg>
        """;

    /// <summary>A share with its interval, on a scale from 0 to 100 %.</summary>
    /// <param name="estimate">The share; its ends are drawn where they are finite.</param>
    public static Markup Interval(Estimate estimate) => $"""
        <svg class="interval" viewBox="0 0 200 14" aria-hidden="true"><path class="scale" d="M5 7H195M5 4V10M100 4V10M195 4V10"/>
        <path class="range" d="M{Share(estimate.Low, estimate)} 7H{Share(estimate.High, estimate)}"/>
        <circle cx="{Share(estimate.Value, estimate)}" cy="7" r="3.4"/></svg>
        """;

    private static double Share(double end, Estimate estimate) =>
        5 + (190 * Math.Clamp(double.IsFinite(end) ? end : estimate.Value, 0, 1));

    private static Markup Row(LineChart chart, double tick) => $"""
        <line x1="{chart.X.Start}" y1="{chart.Y.At(tick)}" x2="{chart.X.End}" y2="{chart.Y.At(tick)}"/>
        <text class="end" x="{chart.X.Start - 6}" y="{chart.Y.At(tick) + 4}">{chart.Y.Ticks.Label(tick)}</text>
        """;

    private static Markup Column(LineChart chart, double tick) => $"""
        <line x1="{chart.X.At(tick)}" y1="{chart.Y.Start}" x2="{chart.X.At(tick)}" y2="{chart.Y.Start + 4}"/>
        <text class="{Anchor(chart, tick)}" x="{chart.X.At(tick)}" y="{chart.Y.Start + 17}">{chart.X.Ticks.Label(tick)}</text>
        """;

    // The outermost labels stay inside the drawing.
    private static string Anchor(LineChart chart, double tick) => chart.X.End - chart.X.At(tick) < 12 ? "end" : "middle";

    private static Markup Curve(LineChart chart, Series series)
    {
        var pieces = chart.Pieces(series).ToArray();
        var few = pieces.Sum(piece => piece.Count) <= FewPoints;
        var alone = pieces.Where(piece => piece.Count == 1).Select(piece => piece[0]);
        var marks = few ? pieces.SelectMany(piece => piece) : alone.Append(pieces[^1][^1]).Distinct();
        return $"""
            <g class="c{series.Colour} s{series.Stroke}{(few ? "" : " dense")}">
            {pieces.Where(piece => piece.Count > 1).Select(Path)}{marks.Select(point => Marker(series, point))}</g>

            """;
    }

    private static Markup Path(IReadOnlyList<Point> piece) =>
        $"""<path d="M{piece[0].X} {piece[0].Y}L{piece.Skip(1).Select(Corner)}"/>""";

    private static Markup Corner(Point point) => $"{point.X} {point.Y} ";

    // Each colour has a shape of its own, for those who see colours alike and for print.
    private static Markup Marker(Series series, Point at) => (series.Colour % 3) switch
    {
        0 => $"""<circle cx="{at.X}" cy="{at.Y}" r="2.6"/>""",
        1 => $"""<rect x="{at.X - 2.4}" y="{at.Y - 2.4}" width="4.8" height="4.8"/>""",
        _ => $"""<path class="solid" d="M{at.X} {at.Y - 3.4}l3.2 5.6h-6.4z"/>""",
    };
}
