namespace Cohort.Reports;

/// <summary>Small drawings within text. Their colours come from the page's style sheet.</summary>
internal static class SvgWriter
{
    /// <summary>A series' key for the legend.</summary>
    public static Markup Key(ChartSeries series) => $"""
        <svg class="key" viewBox="0 0 28 10" aria-hidden="true"><g class="c{series.Colour % 6} s{series.Stroke % 5}">{Drawing(series)}</g></svg>
        """;

    /// <summary>A share with its interval, on a scale from 0 to 100 %.</summary>
    /// <param name="estimate">The share; its ends are drawn where they are finite.</param>
    public static Markup Interval(Estimate estimate) => $"""
        <svg class="interval" viewBox="0 0 200 14" aria-hidden="true"><path class="scale" d="M5 7H195M5 4V10M100 4V10M195 4V10"/>
        <path class="range" d="M{Share(estimate.Low, estimate)} 7H{Share(estimate.High, estimate)}"/>
        <circle cx="{Share(estimate.Value, estimate)}" cy="7" r="3.4"/></svg>
        """;

    private static Markup Drawing(ChartSeries series) => series.Mark switch
    {
        ChartMark.Bar => $"""<rect x="4" y="0" width="20" height="10"/>""",
        ChartMark.Point => Marker(series),
        _ => $"""<path d="M0 5H28"/>{Marker(series)}""",
    };

    private static double Share(double end, Estimate estimate) =>
        5 + (190 * Math.Clamp(double.IsFinite(end) ? end : estimate.Value, 0, 1));

    // The same shapes as in report.js: each colour has its own, for those who see colours alike and for print.
    private static Markup Marker(ChartSeries series) => (series.Colour % 6) switch
    {
        0 => $"""<circle cx="14" cy="5" r="2.8"/>""",
        1 => $"""<rect x="11.5" y="2.5" width="5" height="5"/>""",
        2 => $"""<path class="solid" d="M14 1.4l3.4 6.2h-6.8z"/>""",
        3 => $"""<path class="solid" d="M14 1.2l3.8 3.8l-3.8 3.8l-3.8 -3.8z"/>""",
        4 => $"""<path class="solid" d="M14 8.6l3.4 -6.2h-6.8z"/>""",
        _ => $"""<path class="cross" d="M11.4 2.4l5.2 5.2M16.6 2.4l-5.2 5.2"/>""",
    };
}
