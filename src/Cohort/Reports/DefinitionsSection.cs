using Cohort.Comparison;
using Cohort.Telemetry;

namespace Cohort.Reports;

/// <summary>What every metric on the page means.</summary>
internal static class DefinitionsSection
{
    /// <summary>The section.</summary>
    public static Markup Of(ComparisonResult result)
    {
        var contenders = result.Arms.SelectMany(arm => arm.Contenders).ToArray();
        string[] names =
        [
            MetricNames.HeldOutPass, MetricNames.HeldOutPassAtK, MetricNames.HeldOutMajority, MetricNames.HeldOutGreedy,
            .. contenders.SelectMany(Summaries).Select(summary => summary.Metric),
            .. contenders.SelectMany(contender => contender.Curves).Select(curve => curve.Metric),
            .. contenders.SelectMany(contender => contender.Cost.Phases).Select(phase => phase.Metric),
        ];
        return $"""
            <section><h2>Definitions</h2>
            <div class="scroll" role="region" aria-label="Definitions" tabindex="0"><table class="metrics">
            <caption>Every metric on this page</caption>
            <thead><tr><th scope="col" class="wide">metric</th><th scope="col">unit</th><th scope="col" class="wide">what to look for</th></tr></thead>
            <tbody>{names.Distinct().Select(MetricCatalogue.Of).Select(Row)}</tbody></table></div></section>

            """;

        static IEnumerable<MetricSummary> Summaries(ContenderResult contender) => [.. contender.Variance, .. contender.Critic, .. contender.TrustRegion];
    }

    private static Markup Row(MetricDefinition metric) => $"""
        <tr><th scope="row"><code>{metric.Name}</code><p>{metric.Definition}</p></th><td>{metric.Unit}</td><td>{metric.LookFor}</td></tr>

        """;
}
