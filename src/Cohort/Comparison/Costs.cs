using Cohort.Evaluation;
using Cohort.Telemetry;

namespace Cohort.Comparison;

/// <summary>What runs cost.</summary>
internal static class Costs
{
    private static readonly string[] Phases =
    [
        MetricNames.RolloutSeconds, MetricNames.RewardSeconds, MetricNames.LogProbSeconds, MetricNames.AdvantageSeconds, MetricNames.UpdateSeconds,
        MetricNames.CriticSeconds,
    ];

    /// <summary>The cost of one contender's runs.</summary>
    public static CostResult Of(IReadOnlyList<CellRun> runs)
    {
        var first = runs[0];
        return new(
            first.PolicyParameters,
            first.CriticParameters,
            (double)first.CriticParameters / Math.Max(1, first.PolicyParameters + first.CriticParameters),
            OverSeeds(run => Finite.Only(run.Steps.Select(step => step[MetricNames.PeakMemory])).DefaultIfEmpty(double.NaN).Max()),
            OverSeeds(run => run.Curve[^1].Step),
            OverSeeds(run => run.Curve[^1].SampledTokens),
            OverSeeds(run => run.Curve[^1].Seconds),
            OverSeeds(run => run.Curve[^1].ProcessorSeconds),
            OverSeeds(run => run.Curve[^1].SampledTokens / run.Curve[^1].Seconds),
            OverSeeds(run => run.Curve[^1].SampledTokens / run.Curve[^1].ProcessorSeconds),
            [.. Phases.Select(phase => new PhaseCost(phase, OverSeeds(run => Total(run, phase)))).Where(phase => double.IsFinite(phase.Seconds.Estimate))]);

        Interval OverSeeds(Func<CellRun, double> value) => MeanInterval.Of(Finite.Only(runs.Select(value)));
    }

    private static double Total(CellRun run, string phase)
    {
        var seconds = Finite.Only(run.Steps.Select(step => step[phase]));
        return seconds.Length == 0 ? double.NaN : seconds.Sum();
    }
}
