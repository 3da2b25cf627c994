using Cohort.Telemetry;

namespace Cohort.Reports;

/// <summary>How often a reward model ranks pairs right, by how sure it is, as last measured.</summary>
internal static class ReliabilitySection
{
    /// <summary>The section; nothing where no run is of a reward model.</summary>
    public static Markup Of(IReadOnlyList<ReportRun> runs) => $"{runs.Where(Curves.Ranks).Select(Table)}";

    private static Markup Table(ReportRun run)
    {
        var measured = run.Steps.LastOrDefault(step => double.IsFinite(step[MetricNames.ValidationPairAccuracy]));
        var bins = measured?.Values.Select(value => value.Key)
            .Where(name => name.StartsWith(MetricNames.ReliabilityPairsPrefix, StringComparison.Ordinal))
            .Select(name => name[MetricNames.ReliabilityPairsPrefix.Length..]).ToArray() ?? [];
        return measured is null || bins.Length == 0 ? Markup.Empty : $"""
            <section><h2>Reliability of {run.Name}</h2>
            <p class="note">Calibrated scores are right as often as they are sure. The expected calibration error is
            {NumberText.Percent(measured[MetricNames.ValidationCalibrationError])} percent.</p>
            {ChartFigure.Of(Chart(bins, measured))}
            <div class="scroll fit" role="region" aria-label="Reliability" tabindex="0"><table>
            <caption>Validation pairs by the probability that the scores give to their ranking, at step {measured.Step}</caption>
            <thead><tr><th scope="col">probability</th><th scope="col" class="number">pairs</th><th scope="col" class="number">mean probability, %</th>
            <th scope="col" class="number">ranked right, %</th></tr></thead>
            <tbody>{bins.Select(bin => Row(bin, measured))}</tbody></table></div></section>

            """;
    }

    private static Chart Chart(string[] bins, StepMetrics measured)
    {
        var sure = bins.Select(bin => 100 * measured[MetricNames.ReliabilityConfidencePrefix + bin]).ToArray();
        return new("Ranked right against the probability that the scores give", "mean probability, %", "ranked right, %",
        [
            new("ranked right", [.. bins.Zip(sure, (bin, x) => new ChartPoint(x, 100 * measured[MetricNames.ReliabilityAccuracyPrefix + bin]))]),
            new("calibrated", [.. sure.Select(x => new ChartPoint(x, x))]) { Colour = 5, Stroke = 2 },
        ]);
    }

    private static Markup Row(string bin, StepMetrics measured) => $"""
        <tr><th scope="row">{bin}</th><td class="number">{NumberText.Of(measured[MetricNames.ReliabilityPairsPrefix + bin])}</td>
        <td class="number">{NumberText.Percent(measured[MetricNames.ReliabilityConfidencePrefix + bin])}</td>
        <td class="number">{NumberText.Percent(measured[MetricNames.ReliabilityAccuracyPrefix + bin])}</td></tr>

        """;
}
