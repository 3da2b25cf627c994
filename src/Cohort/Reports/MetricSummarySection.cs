using Cohort.Comparison;
using Cohort.Telemetry;

namespace Cohort.Reports;

/// <summary>Metrics of training, contender beside contender: variance, critic, trust region.</summary>
internal static class MetricSummarySection
{
    private static readonly string[] VarianceCurves = [MetricNames.GradientSignalPerToken, MetricNames.AdvantageDeviation, MetricNames.ScoreMean];

    private static readonly string[] CriticCurves =
        [MetricNames.ExplainedVariance, MetricNames.ValueChange, MetricNames.ValueReversals, MetricNames.GroupAdvantageCorrelation];

    private static readonly string[] TrustRegionCurves =
    [
        MetricNames.KlReferenceExact, MetricNames.KlReference, MetricNames.KlCoefficient, MetricNames.KlOldExact, MetricNames.ClipLow, MetricNames.ClipHigh,
        MetricNames.UpdatesLeftOut, MetricNames.Entropy, MetricNames.LengthMean,
    ];

    /// <summary>Variance of the advantages and of the gradient.</summary>
    public static Markup Variance(ComparisonResult result) => Section(
        "Variance", "How much signal the policy's gradient has in its noise: compare it per sampled token.", result,
        contender => contender.Variance, VarianceCurves, _ => Markup.Empty);

    /// <summary>The critic, where a contender has one.</summary>
    public static Markup Critic(ComparisonResult result) => Section(
        "Critic", "Whether a learned baseline knows the returns, holds still from step to step, and says other than the group mean on the same data.", result,
        contender => contender.Critic, CriticCurves, arm => ChartFigure.Of(Calibration(arm)));

    /// <summary>Ratio, clipping and KL.</summary>
    public static Markup TrustRegion(ComparisonResult result) => Section(
        "Trust region", "How far updates move the policy from the one that sampled, and from the reference.", result,
        contender => contender.TrustRegion, TrustRegionCurves, arm => ChartFigure.Of(Ratios(arm)));

    private static Markup Section(
        string title,
        string note,
        ComparisonResult result,
        Func<ContenderResult, IReadOnlyList<MetricSummary>> summaries,
        string[] curves,
        Func<ArmResult, Markup> figure)
    {
        var arms = result.Arms.Where(arm => arm.Contenders.Any(contender => summaries(contender).Count > 0)).ToArray();
        return arms.Length == 0 ? Markup.Empty : $"""
            <section><h2>{title}</h2>
            <p class="note">{note} Curves are means over the steps of each share of the token budget, with a bootstrap band over seeds.</p>
            {arms.Select(Arm)}</section>

            """;

        Markup Arm(ArmResult arm) => $"""
            <h3>{ArmText.Name(arm)}</h3>
            <div class="charts">{figure(arm)}{curves.Select(metric => ChartFigure.Of(Curve(arm, metric)))}</div>
            {Table(arm, summaries)}
            """;
    }

    private static Markup Table(ArmResult arm, Func<ContenderResult, IReadOnlyList<MetricSummary>> summaries)
    {
        var rows = arm.Contenders.SelectMany(summaries).Select(summary => (summary.Metric, summary.Period)).Distinct();
        return NumberTable.Of(
            $"{ArmText.Name(arm)}: mean over steps, then over seeds with Student's 95 % interval",
            ["metric", .. arm.Contenders.Select(contender => contender.Name)],
            [.. rows.Select(row => (IReadOnlyList<string>)
            [
                row.Metric + ComparisonText.Name(row.Period),
                .. arm.Contenders.Select(contender => summaries(contender).Where(summary => (summary.Metric, summary.Period) == row)
                    .Select(summary => ArmText.Interval(summary.Mean)).FirstOrDefault("")),
            ])]);
    }

    private static Chart Curve(ArmResult arm, string metric) => new($"{metric}, {arm.Task}", "sampled tokens", MetricCatalogue.Of(metric).Unit,
    [
        .. arm.Contenders.SelectMany((contender, index) => contender.Curves.Where(curve => curve.Metric == metric)
            .Select(curve => ArmText.Series(contender.Name, index, curve.Points))),
    ]);

    private static Chart Calibration(ArmResult arm)
    {
        var values = arm.Contenders.SelectMany(contender => contender.Calibration).Select(point => point.Value).DefaultIfEmpty().ToArray();
        return new($"Calibration of the critic, {arm.Task}", "mean value of a tenth of the tokens", "mean return",
        [
            .. arm.Contenders.Index().Where(each => each.Item.Calibration.Count > 0).Select(each => new ChartSeries(
                each.Item.Name,
                [.. each.Item.Calibration.Select(point => new ChartPoint(point.Value, point.Return.Estimate, point.Return.Low, point.Return.High))])
            {
                Colour = each.Index % ArmText.Colours,
                Mark = ChartMark.Point,
            }),
            new("calibrated", arm.Contenders.All(contender => contender.Calibration.Count == 0) ? []
                : [new(values.Min(), values.Min()), new(values.Max(), values.Max())]) { Colour = 5, Stroke = 2 },
        ])
        {
            Note = "Tokens ordered by value, in tenths, over the last third of the steps; on the dotted line values are what is returned.",
        };
    }

    private static Chart Ratios(ArmResult arm) => new($"Distribution of the importance ratio, {arm.Task}", "ratio", "share of tokens, %",
    [
        .. arm.Contenders.Select((contender, index) => new ChartSeries(
            contender.Name,
            [.. contender.TrustRegion.Where(summary => summary.Metric.StartsWith(MetricNames.RatioSharePrefix, StringComparison.Ordinal)).Select(Share)])
        {
            Colour = index % ArmText.Colours,
            Mark = ChartMark.Bar,
        }),
    ])
    { FromZero = true };

    private static ChartPoint Share(MetricSummary share) => new(
        0, 100 * share.Mean.Estimate, 100 * share.Mean.Low, 100 * share.Mean.High, share.Metric[MetricNames.RatioSharePrefix.Length..]);
}
