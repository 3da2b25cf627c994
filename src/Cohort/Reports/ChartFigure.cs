namespace Cohort.Reports;

/// <summary>A chart on a page, with the table of its numbers.</summary>
internal static class ChartFigure
{
    /// <summary>The figure; nothing where no series has a point.</summary>
    public static Markup Of(Chart chart) => chart.Series.All(series => series.Points.Count == 0) ? Markup.Empty : $"""
        <figure><figcaption><h3>{chart.Title}</h3></figcaption>
        <details><summary>Numbers</summary><div class="scroll"><table>
        <thead><tr><th>Series</th><th class="number">{chart.XLabel}</th><th class="number">{chart.YLabel}</th></tr></thead>
        <tbody>{chart.Series.SelectMany(series => series.Points.Select(point => Row(series, point)))}</tbody></table></div></details></figure>

        """;

    private static Markup Row(ChartSeries series, ChartPoint point) => $"""
        <tr><th>{series.Name}</th><td class="number">{(point.Category is "" ? NumberText.Of(point.X, digits: 4) : point.Category)}</td>
        <td class="number">{NumberText.Of(point.Y, digits: 4)}</td></tr>

        """;
}
