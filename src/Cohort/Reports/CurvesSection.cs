namespace Cohort.Reports;

/// <summary>The runs' curves: those that sample on one set of charts, supervised ones on another, since they share no axis.</summary>
internal static class CurvesSection
{
    /// <summary>The section; nothing where no run has a point.</summary>
    public static Markup Of(IReadOnlyList<ReportRun> runs) => $"""
        {Family(runs.Where(Curves.Samples), "Training")}
        {Family(runs.Where(run => !Curves.Samples(run) && !Curves.Ranks(run)), "Supervised fine-tuning")}
        {Family(runs.Where(Curves.Ranks), "Reward model")}
        """;

    private static Markup Family(IEnumerable<ReportRun> runs, string heading)
    {
        var members = runs.ToArray();
        var byTokens = members.Length > 1 && members.All(Curves.Samples);
        var figures = Curves.Plans.Concat(Curves.MetricPlans(members)).Select(plan => ChartFigure.Of(Chart(plan, members, byTokens))).ToArray();
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
        from curve in plan.Curves.Index()
        let name = plan.Curves.Count == 1 ? run.Item.Name : runs.Length == 1 ? curve.Item.Label : $"{run.Item.Name}, {curve.Item.Label}"
        select new ChartSeries(name, Curves.Of(run.Item, curve.Item.Metric, plan.Scale, byTokens))
        {
            Colour = runs.Length == 1 ? curve.Index : run.Index,
            Stroke = curve.Index,
        },
    ];
}
