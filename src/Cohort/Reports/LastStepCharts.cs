using Cohort.Telemetry;

namespace Cohort.Reports;

/// <summary>Charts of one step, as last measured: how the ratios are spread, and what a critic's values are worth.</summary>
internal static class LastStepCharts
{
    /// <summary>The charts; a chart without a point is left out by its figure.</summary>
    public static IEnumerable<Chart> Of(IReadOnlyList<ReportRun> runs) => [Ratios(runs), Calibration(runs)];

    private static Chart Ratios(IReadOnlyList<ReportRun> runs) => new(
        "Distribution of the ratio", "π / π_old of a token", "% of tokens",
        [.. runs.Select((run, place) => new ChartSeries(run.Name, [.. Last(run, MetricNames.RatioSharePrefix).Select(band =>
            new ChartPoint(0, 100 * band.Value, Category: Band(band.Name)))]) { Mark = ChartMark.Bar, Colour = place })])
    {
        Note = "Over all updates of the last step.",
        FromZero = true,
    };

    private static Chart Calibration(IReadOnlyList<ReportRun> runs)
    {
        var measured = runs.Select((run, place) => new ChartSeries(run.Name, Pairs(run)) { Colour = place, Stroke = 0 }).ToArray();
        var values = measured.SelectMany(series => series.Points).Select(point => point.X).ToArray();
        ChartPoint[] diagonal = values.Length == 0 ? [] : [new(values.Min(), values.Min()), new(values.Max(), values.Max())];
        return new("Calibration of the critic", "mean value of a tenth of the tokens", "mean return of the same tokens",
            [.. measured, new ChartSeries("calibrated", diagonal) { Colour = 5, Stroke = 2 }])
        {
            Note = "As last measured.",
        };
    }

    private static ChartPoint[] Pairs(ReportRun run) =>
    [
        .. Last(run, MetricNames.CalibrationValuePrefix)
            .Join(
                Last(run, MetricNames.CalibrationReturnPrefix), value => value.Name, gain => gain.Name,
                (value, gain) => new ChartPoint(value.Value, gain.Value))
            .OrderBy(point => point.X),
    ];

    private static IEnumerable<(string Name, double Value)> Last(ReportRun run, string prefix) =>
        run.Steps.LastOrDefault(step => step.Values.Any(value => value.Key.StartsWith(prefix, StringComparison.Ordinal)))?.Values
            .Where(value => value.Key.StartsWith(prefix, StringComparison.Ordinal))
            .Select(value => (value.Key[prefix.Length..], value.Value)) ?? [];

    private static string Band(string name) => name
        .Replace("below_", "< ", StringComparison.Ordinal).Replace("above_", "> ", StringComparison.Ordinal).Replace("_", " to ", StringComparison.Ordinal);
}
