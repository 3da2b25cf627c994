using Cohort.Telemetry;

namespace Cohort.Reports;

/// <summary>A line for each metric that fell while the reward rose.</summary>
internal static class AlarmSection
{
    /// <summary>The lines; nothing where no alarm was raised.</summary>
    public static Markup Of(IReadOnlyList<ReportRun> runs) => $"{runs.SelectMany(Raised).Select(Line)}";

    private static IEnumerable<(string Run, string Metric, long Step)> Raised(ReportRun run) => run.Steps
        .SelectMany(step => step.Values
            .Where(value => value.Key.StartsWith(MetricNames.ValidationAlarmPrefix, StringComparison.Ordinal) && value.Value == 1)
            .Select(value => (run.Name, Metric: value.Key[MetricNames.ValidationAlarmPrefix.Length..], step.Step)))
        .DistinctBy(alarm => alarm.Metric);

    private static Markup Line((string Run, string Metric, long Step) alarm) => $"""
        <p class="alarm fail"><b>Reward hacking?</b> In {alarm.Run}, the validation reward rose
        while the metric {alarm.Metric} fell: alarm at step {alarm.Step}.</p>

        """;
}
