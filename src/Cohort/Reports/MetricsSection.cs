using Cohort.Telemetry;

namespace Cohort.Reports;

/// <summary>Every number of the runs as it was last measured, with its definition.</summary>
internal static class MetricsSection
{
    private static readonly Dictionary<string, int> Places =
        MetricCatalogue.All.Index().ToDictionary(metric => metric.Item.Definition, metric => metric.Index);

    /// <summary>The section; nothing where no run has a number.</summary>
    public static Markup Of(IReadOnlyList<ReportRun> runs)
    {
        var last = runs.Select(Last).ToArray();
        var metrics = last.SelectMany(values => values.Keys).Distinct().Select(MetricCatalogue.Of).OrderBy(Place);
        var groups = metrics.GroupBy(metric => metric.Group).ToArray();
        return groups.Length == 0 ? Markup.Empty : $"""
            <section><h2>All numbers</h2>
            <div class="scroll" role="region" aria-label="All numbers" tabindex="0"><table class="metrics">
            <caption>Each number as it was last measured</caption>
            <thead><tr><th scope="col" class="wide">metric</th>{runs.Select(run => Head(run.Name))}<th scope="col">unit</th></tr></thead>
            {groups.Select(group => Group(group, last))}</table></div></section>

            """;
    }

    private static Markup Head(string name) => $"""<th scope="col" class="number">{name}</th>""";

    private static Markup Group(IGrouping<string, MetricDefinition> group, Dictionary<string, double>[] last) => $"""
        <tbody><tr><th scope="rowgroup" class="group" colspan="{last.Length + 2}">{group.Key}</th></tr>
        {group.Select(metric => Row(metric, last))}</tbody>

        """;

    private static Markup Row(MetricDefinition metric, Dictionary<string, double>[] last) => $"""
        <tr><th scope="row"><code>{metric.Name}</code><p>{metric.Definition} <i>{metric.LookFor}</i></p></th>
        {last.Select(values => Cell(values, metric.Name))}<td>{metric.Unit}</td></tr>

        """;

    private static Markup Cell(Dictionary<string, double> values, string name) =>
        $"""<td class="number">{(values.TryGetValue(name, out var value) ? NumberText.Of(value) : "")}</td>""";

    private static Dictionary<string, double> Last(ReportRun run)
    {
        var values = new Dictionary<string, double>();
        foreach (var (name, value) in run.Steps.SelectMany(step => step.Values))
        {
            if (double.IsFinite(value) || !values.ContainsKey(name))
                values[name] = value;
        }

        return values;
    }

    // Parts of the score stand where the catalogue has them, numbers of the user's own at the end.
    private static int Place(MetricDefinition metric) => Places.GetValueOrDefault(metric.Definition, int.MaxValue);
}
