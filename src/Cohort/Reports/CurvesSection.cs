namespace Cohort.Reports;

/// <summary>The runs' curves: those that sample on one set of charts, supervised ones on another, since they share no axis.</summary>
internal static class CurvesSection
{
    /// <summary>The section; nothing where no run has a point.</summary>
    public static Markup Of(IReadOnlyList<ReportRun> runs) => $"""
        {Family(runs.Where(Curves.Samples), "Training", "rl")}
        {Family(runs.Where(run => !Curves.Samples(run) && !Curves.Ranks(run)), "Supervised fine-tuning", "sft")}
        {Family(runs.Where(Curves.Ranks), "Reward model", "rm")}
        """;

    private static Markup Family(IEnumerable<ReportRun> runs, string heading, string id)
    {
        var members = runs.ToArray();
        var byTokens = members.Length > 1 && members.All(Curves.Samples);
        var figures = Curves.Plans.Concat(Curves.MetricPlans(members))
            .Select(plan => (Plan: plan, Series: Series(plan, members, byTokens)))
            .Where(chart => chart.Series.Length > 0)
            .Select((chart, i) => Figure(chart.Plan, chart.Series, byTokens, $"{id}-{i}"))
            .ToArray();
        return figures.Length == 0 ? Markup.Empty : $"""
            <section><h2>{heading}</h2><div class="charts">
            {figures}</div></section>

            """;
    }

    // With several runs, a colour is a run and a line style a number; with one, a colour is a number.
    private static Series[] Series(ChartPlan plan, ReportRun[] runs, bool byTokens) =>
    [
        .. from run in runs.Index()
        from curve in plan.Curves.Index()
        let name = plan.Curves.Count == 1 ? run.Item.Name : runs.Length == 1 ? curve.Item.Label : $"{run.Item.Name}, {curve.Item.Label}"
        let colour = runs.Length == 1 ? curve.Index : run.Index
        let series = new Series(name, colour % 6, curve.Index, Curves.Of(run.Item, curve.Item.Metric, plan.Scale, byTokens))
        where series.Last.IsDrawn
        select series,
    ];

    private static Markup Figure(ChartPlan plan, Series[] series, bool byTokens, string id)
    {
        var labels = new ChartLabels(plan.Title, plan.Unit, byTokens ? "sampled tokens" : "steps", plan.FromZero, plan.Floor);
        return $"""
            <figure><figcaption><h3>{plan.Title}</h3><ul class="legend">{series.Select(Key)}</ul></figcaption>
            {SvgWriter.Chart(LineChart.Of(labels, series), id)}</figure>

            """;
    }

    private static Markup Key(Series series) =>
        $"<li>{SvgWriter.Key(series)} {series.Name} <b>{NumberText.Of(series.Last.Y, digits: 3)}</b></li>";
}
