namespace Cohort.Reports;

/// <summary>The runs' curves: those that sample on one set of charts, supervised ones on another, since they share no axis.</summary>
internal static class CurvesSection
{
    /// <summary>The sections; nothing where no run has a point.</summary>
    public static Markup Of(IReadOnlyList<ReportRun> runs)
    {
        ReportRun[] sampling = [.. runs.Where(Curves.Samples)], ranking = [.. runs.Where(Curves.Ranks)];
        ReportRun[] supervised = [.. runs.Except(sampling).Except(ranking)];
        var all = Curves.Groups.SelectMany(group => group.Plans).ToArray();
        return $"""
            {Curves.Groups.Select(group => Section(sampling, group.Heading, group.Plans, []))}
            {Section(sampling, "In the last measured step", [], LastStepCharts.Of(sampling))}
            {Section(sampling, "Reward and metrics that no run is trained on", [.. Curves.MetricPlans(sampling)], [])}
            {Section(supervised, "Supervised fine-tuning", [.. all, .. Curves.MetricPlans(supervised)], [])}
            {Section(ranking, "Reward model", [.. all, .. Curves.MetricPlans(ranking)], [])}
            """;
    }

    private static Markup Section(ReportRun[] runs, string heading, IReadOnlyList<ChartPlan> plans, IEnumerable<Chart> more)
    {
        var byTokens = runs.Length > 1 && runs.All(Curves.Samples);
        var figures = plans.Select(plan => Chart(plan, runs, byTokens)).Concat(more).Select(ChartFigure.Of).ToArray();
        return figures.All(figure => figure.IsEmpty) ? Markup.Empty : $"""
            <section><h2>{heading}</h2><div class="charts">
            {figures}</div></section>

            """;
    }

    private static Chart Chart(ChartPlan plan, ReportRun[] runs, bool byTokens) =>
        new(plan.Title, byTokens ? "sampled tokens" : "steps", plan.Unit, Series(plan, runs, byTokens)) { FromZero = plan.FromZero, Floor = plan.Floor };

    // With several runs, a colour is a run and a line style a number; with one, both are a number.
    private static ChartSeries[] Series(ChartPlan plan, ReportRun[] runs, bool byTokens) =>
    [
        .. from run in runs.Index()
        from curve in (runs.Length == 1 ? plan.Curves.Concat(plan.OfOneRun) : plan.Curves).Index()
        let name = runs.Length > 1 && plan.Curves.Count == 1 ? run.Item.Name : runs.Length == 1 ? curve.Item.Label : $"{run.Item.Name}, {curve.Item.Label}"
        select new ChartSeries(name, Curves.Of(run.Item, curve.Item.Metric, plan.Scale, byTokens))
        {
            Colour = runs.Length == 1 ? curve.Index : run.Index,
            Stroke = curve.Index,
        },
    ];
}
