namespace Cohort.Reports;

/// <summary>A chart on a page, with the table of its numbers.</summary>
internal static class ChartFigure
{
    private const int PointsPerSeries = 200;

    /// <summary>The figure; nothing where no series has a point that can be drawn.</summary>
    public static Markup Of(Chart chart)
    {
        var drawn = chart.Series.Where(series => series.Points.Any(point => point.IsDrawn)).ToArray();
        return drawn.Length == 0 ? Markup.Empty : Figure(
            chart with { Series = [.. drawn.Select(series => ChartThinning.Of(series, PointsPerSeries))] },
            isThinned: drawn.Any(series => series.Mark == ChartMark.Line && series.Points.Count > PointsPerSeries));
    }

    /// <summary>The chart in words, for those who cannot see it.</summary>
    public static string Description(Chart chart) => string.Join(' ', chart.Series.Select(series =>
    {
        var drawn = series.Points.Where(point => point.IsDrawn).ToArray();
        return $"{series.Name} goes from {NumberText.Of(drawn[0].Y)} at {Abscissa(drawn[0])} to {NumberText.Of(drawn[^1].Y)} at "
            + $"{Abscissa(drawn[^1])}, between {NumberText.Of(drawn.Min(point => point.Y))} and {NumberText.Of(drawn.Max(point => point.Y))}.";
    }));

    private static Markup Figure(Chart chart, bool isThinned)
    {
        var categories = chart.Series.SelectMany(series => series.Points).Select(point => point.Category).Where(name => name is not "").Distinct().ToArray();
        return $"""
            <figure class="chart"><figcaption><h3>{chart.Title}</h3>{Note(chart.Note)}
            <ul class="legend">{chart.Series.Select(Key)}</ul></figcaption>
            <div class="plot" role="group" tabindex="0" aria-label="{chart.Title}: {chart.YLabel} by {chart.XLabel}. {Description(chart)}
            Arrow keys move, plus and minus zoom, zero shows everything."></div>
            {Markup.Data(ChartJson.Of(chart, categories))}
            {Table(chart, isThinned)}</figure>

            """;
    }

    private static Markup Note(string note) => note is "" ? Markup.Empty : $"""<p class="note">{note}</p>""";

    private static Markup Key(ChartSeries series) => $"""
        <li><button type="button" aria-pressed="true" disabled="disabled">{SvgWriter.Key(series)}
        <span>{series.Name}</span>{(series.Mark == ChartMark.Line ? Last(series) : Markup.Empty)}</button></li>
        """;

    // Of points and bars the last one is no more than the others.
    private static Markup Last(ChartSeries series) => $" <b>{NumberText.Of(series.Last.Y, digits: 3)}</b>";

    private static Markup Table(Chart chart, bool isThinned)
    {
        var hasIntervals = chart.Series.SelectMany(series => series.Points).Any(point => point.HasInterval);
        return $"""
            <details class="numbers"><summary>Numbers</summary><div class="scroll" role="region" aria-label="Numbers of {chart.Title}" tabindex="0"><table>
            <caption>{chart.Title}{(isThinned ? "; neighbouring points are averaged" : "")}</caption>
            <thead><tr><th scope="col" class="number">{chart.XLabel}</th><th scope="col" class="number">{chart.YLabel}</th>
            {(hasIntervals ? Interval : Markup.Empty)}</tr></thead>
            {chart.Series.Select(series => Body(series, hasIntervals))}</table></div></details>
            """;
    }

    private static Markup Interval => $"""<th scope="col" class="number">from</th><th scope="col" class="number">to</th>""";

    private static Markup Body(ChartSeries series, bool hasIntervals) => $"""
        <tbody><tr><th scope="rowgroup" class="group" colspan="{(hasIntervals ? 4 : 2)}">{series.Name}</th></tr>
        {series.Points.Select(point => Row(point, hasIntervals))}</tbody>

        """;

    private static Markup Row(ChartPoint point, bool hasIntervals) => $"""
        <tr><th scope="row" class="number">{Abscissa(point)}</th><td class="number">{NumberText.Of(point.Y)}</td>
        {(hasIntervals ? Ends(point) : Markup.Empty)}</tr>

        """;

    private static Markup Ends(ChartPoint point) => $"""
        <td class="number">{NumberText.Of(point.Low)}</td><td class="number">{NumberText.Of(point.High)}</td>
        """;

    private static string Abscissa(ChartPoint point) => point.Category is "" ? NumberText.Of(point.X) : point.Category;
}
