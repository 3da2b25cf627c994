using Cohort.Evaluation;
using Cohort.Telemetry;

namespace Cohort.Comparison;

/// <summary>Metrics of training as means over steps, then over seeds; what was never measured gives nothing.</summary>
internal static class MetricSummaries
{
    private const int Tenths = 10;

    private static readonly string[] Curves =
    [
        MetricNames.ScoreMean, MetricNames.LengthMean, MetricNames.Entropy, MetricNames.GradientSignalPerToken, MetricNames.AdvantageDeviation,
        MetricNames.ExplainedVariance, MetricNames.ValueChange, MetricNames.ValueReversals, MetricNames.GroupAdvantageCorrelation,
        MetricNames.KlOldExact, MetricNames.KlReferenceExact, MetricNames.KlReference, MetricNames.KlCoefficient,
        MetricNames.ClipLow, MetricNames.ClipHigh, MetricNames.UpdatesLeftOut,
    ];

    /// <summary>Of the advantages and of the policy's gradient.</summary>
    public static IReadOnlyList<MetricSummary> Variance(IReadOnlyList<CellRun> runs) =>
    [
        .. Summary(MetricNames.GradientSignalPerToken, Period.WholeRun, runs.Select(SignalPerToken)),
        .. WholeRun(runs, MetricNames.GradientSignal, MetricNames.GradientNoise, MetricNames.GradientNorm, MetricNames.AdvantageDeviation),
    ];

    /// <summary>Of the critic: early and late, and from step to step.</summary>
    public static IReadOnlyList<MetricSummary> Critic(IReadOnlyList<CellRun> runs) =>
    [
        .. Of(runs, MetricNames.ExplainedVariance, Period.FirstThird),
        .. Of(runs, MetricNames.ExplainedVariance, Period.LastThird),
        .. WholeRun(
            runs,
            MetricNames.ValueChange, MetricNames.ValueReversals, MetricNames.GroupAdvantageCorrelation, MetricNames.GroupAdvantageSigns,
            MetricNames.GroupAdvantageDifference),
    ];

    /// <summary>Of the ratio and of the KL.</summary>
    public static IReadOnlyList<MetricSummary> TrustRegion(IReadOnlyList<CellRun> runs) => WholeRun(
        runs,
        [
            .. runs.SelectMany(run => run.Steps).SelectMany(step => step.Values).Select(value => value.Key)
                .Where(name => name.StartsWith(MetricNames.RatioSharePrefix, StringComparison.Ordinal)).Distinct(),
            MetricNames.ClipLow, MetricNames.ClipHigh, MetricNames.KlOldExact, MetricNames.KlOldK1, MetricNames.KlOldK3,
            MetricNames.KlReferenceExact, MetricNames.KlReferenceK1, MetricNames.KlReferenceK3, MetricNames.UpdatesLeftOut, MetricNames.KlCoefficient,
        ]);

    /// <summary>Values against returns, over the last third of the steps.</summary>
    public static IReadOnlyList<CalibrationPoint> Calibration(IReadOnlyList<CellRun> runs) =>
    [
        .. from tenth in Enumerable.Range(0, Tenths)
           from value in Of(runs, $"{MetricNames.CalibrationValuePrefix}{tenth}", Period.LastThird)
           from reached in Of(runs, $"{MetricNames.CalibrationReturnPrefix}{tenth}", Period.LastThird)
           select new CalibrationPoint(tenth, value.Mean.Estimate, reached.Mean),
    ];

    /// <summary>Metrics against sampled tokens: the mean over the steps of each share of the budget.</summary>
    public static IReadOnlyList<MetricCurve> OverTokens(ArmRuns arm, IReadOnlyList<CellRun> runs, ulong seed) =>
    [
        .. Curves.Select(metric => new MetricCurve(metric, Points(arm, runs, metric, seed))).Where(curve => curve.Points.Count > 0),
    ];

    private static IReadOnlyList<BandPoint> Points(ArmRuns arm, IReadOnlyList<CellRun> runs, string metric, ulong seed)
    {
        var shares = runs.Select(run => run.Steps
            .Select(step => (Share: Share(step[MetricNames.TotalSampledTokens]), Value: step[metric]))
            .Where(step => double.IsFinite(step.Value) && step.Share > 0)
            .ToLookup(step => step.Share, step => step.Value)).ToArray();
        return
        [
            .. Enumerable.Range(1, arm.Shares)
                .Select(share => LearningCurves.Band(
                    arm.Tokens * ((double)share / arm.Shares), shares.Select(values => Finite.Mean(values[share])), seed))
                .Where(point => point.Seeds > 0),
        ];

        // The share of the budget that a step's tokens end in; the last step passes the budget by a little.
        int Share(double tokens) => double.IsFinite(tokens) && arm.Tokens > 0
            ? (int)Math.Clamp(Math.Ceiling(tokens / arm.Tokens * arm.Shares), 0, arm.Shares)
            : 0;
    }

    private static IReadOnlyList<MetricSummary> WholeRun(IReadOnlyList<CellRun> runs, params string[] metrics) =>
        [.. metrics.SelectMany(metric => Of(runs, metric, Period.WholeRun))];

    private static IEnumerable<MetricSummary> Of(IReadOnlyList<CellRun> runs, string metric, Period period) => Summary(
        metric, period, runs.Select(run => Finite.Mean(run.Steps.Where(step => Lies(step, run, period)).Select(step => step[metric]))));

    private static IEnumerable<MetricSummary> Summary(string metric, Period period, IEnumerable<double> perRun)
    {
        var values = Finite.Only(perRun);
        if (values.Length > 0)
            yield return new(metric, period, MeanInterval.Of(values), values.Length);
    }

    // A ratio of sums: in a mean of ratios the steps of least noise would count most, and those without any signal or noise not at all.
    private static double SignalPerToken(CellRun run)
    {
        var measured = run.Steps.Where(step => double.IsFinite(step[MetricNames.GradientSignal]) && double.IsFinite(step[MetricNames.GradientNoise])).ToArray();
        var noise = measured.Sum(step => step[MetricNames.GradientNoise] * step[MetricNames.SampledTokens]);
        return noise > 0 ? measured.Sum(step => step[MetricNames.GradientSignal]) / noise : double.NaN;
    }

    private static bool Lies(StepMetrics step, CellRun run, Period period) => period switch
    {
        Period.FirstThird => 3 * step.Step <= run.Steps[^1].Step,
        Period.LastThird => 3 * step.Step > 2 * run.Steps[^1].Step,
        _ => true,
    };
}
