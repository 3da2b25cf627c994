using Cohort.Comparison;
using Cohort.Evaluation;

namespace Cohort.Reports;

/// <summary>What each contender costs, and how that grows.</summary>
internal static class CostSection
{
    /// <summary>The section.</summary>
    public static Markup Of(ComparisonResult result) => $"""
        <section><h2>Cost</h2>
        <p class="note">Means over seeds with Student's 95 % intervals; {result.Jobs} at a time on the machine. Seconds of phases are of the clock on
        the wall.</p>
        {result.Arms.Select(Arm)}
        {Growth(result.Probes)}</section>

        """;

    private static Markup Arm(ArmResult arm) => $"""
        <h3>{ArmText.Name(arm)}</h3>
        <div class="charts">{ChartFigure.Of(Phases(arm))}</div>
        {NumberTable.Of($"{ArmText.Name(arm)}: cost of one run", ["", .. arm.Contenders.Select(contender => contender.Name)], [.. Rows(arm)])}
        """;

    private static IEnumerable<IReadOnlyList<string>> Rows(ArmResult arm)
    {
        yield return Row("parameters of policy and critic", cost => NumberText.Of(cost.PolicyParameters + cost.CriticParameters));
        yield return Row("the critic's share of them, %", cost => NumberText.Percent(cost.CriticShare));
        yield return Row("peak memory, MiB", cost => ArmText.Interval(cost.PeakMib));
        yield return Row("steps", cost => ArmText.Interval(cost.Steps));
        yield return Row("sampled tokens", cost => ArmText.Interval(cost.Tokens));
        yield return Row("seconds of training", cost => ArmText.Interval(cost.Seconds));
        yield return Row("processor seconds of training", cost => ArmText.Interval(cost.ProcessorSeconds));
        yield return Row("tokens per second", cost => ArmText.Interval(cost.TokensPerSecond));
        yield return Row("tokens per processor second", cost => ArmText.Interval(cost.TokensPerProcessorSecond));
        foreach (var phase in PhaseNames(arm))
            yield return Row($"{phase}, sum", cost => ArmText.Interval(Of(cost, phase)));

        IReadOnlyList<string> Row(string name, Func<CostResult, string> text) => [name, .. arm.Contenders.Select(contender => text(contender.Cost))];
    }

    private static Chart Phases(ArmResult arm) => new($"Seconds of each phase, {arm.Task}", "phase", "s",
    [
        .. arm.Contenders.Select((contender, index) => new ChartSeries(
            contender.Name, [.. PhaseNames(arm).Select(phase => Point(Of(contender.Cost, phase), phase))])
        {
            Colour = index % ArmText.Colours,
            Mark = ChartMark.Bar,
        }),
    ])
    { FromZero = true };

    private static ChartPoint Point(Interval seconds, string phase) => new(0, seconds.Estimate, seconds.Low, seconds.High, phase);

    private static string[] PhaseNames(ArmResult arm) =>
        [.. arm.Contenders.SelectMany(contender => contender.Cost.Phases).Select(phase => phase.Metric).Distinct()];

    private static Interval Of(CostResult cost, string phase) => cost.Phases.Where(each => each.Metric == phase).Select(each => each.Seconds)
        .FirstOrDefault(new Interval(double.NaN, double.NaN, double.NaN));

    // The probe in the middle of both is the plan's own; growth is shown along each with the other as it is there.
    private static Markup Growth(IReadOnlyList<CostProbe> probes) => probes.Count == 0 ? Markup.Empty : $"""
        <h3>Growth with group size and length</h3>
        <p class="note">Short runs of a few steps each: enough for the size of a cost, and too little for a small difference.</p>
        <div class="charts">
        {ChartFigure.Of(ByGroup(probes, "Seconds of a step", "s", probe => probe.StepSeconds))}
        {ChartFigure.Of(ByLength(probes, "Seconds of a step", "s", probe => probe.StepSeconds))}
        {ChartFigure.Of(ByGroup(probes, "Peak memory", "MiB", probe => probe.PeakMib))}
        {ChartFigure.Of(ByLength(probes, "Peak memory", "MiB", probe => probe.PeakMib))}
        </div>
        {NumberTable.Of(
            "Cost of a step in short runs",
            ["contender", "completions per prompt", "longest completion, tokens", "mean length, tokens", "seconds", "processor seconds", "peak memory, MiB"],
            [.. probes.Select(probe => (IReadOnlyList<string>)
            [
                probe.Contender, $"{probe.SamplesPerPrompt}", $"{probe.MaxNewTokens}", NumberText.Of(probe.LengthMean, digits: 3),
                NumberText.Of(probe.StepSeconds, digits: 3), NumberText.Of(probe.ProcessorSeconds, digits: 3), NumberText.Of(probe.PeakMib, digits: 4),
            ])])}
        """;

    private static Chart ByGroup(IReadOnlyList<CostProbe> probes, string what, string unit, Func<CostProbe, double> cost) => Lines(
        probes, $"{what} by group size", "completions per prompt", unit, probe => probe.SamplesPerPrompt, probe => probe.MaxNewTokens, cost);

    private static Chart ByLength(IReadOnlyList<CostProbe> probes, string what, string unit, Func<CostProbe, double> cost) => Lines(
        probes, $"{what} by length", "longest completion, tokens", unit, probe => probe.MaxNewTokens, probe => probe.SamplesPerPrompt, cost);

    private static Chart Lines(
        IReadOnlyList<CostProbe> probes,
        string title,
        string xLabel,
        string unit,
        Func<CostProbe, int> x,
        Func<CostProbe, int> other,
        Func<CostProbe, double> y) =>
        new(title, xLabel, unit, [.. probes.GroupBy(probe => probe.Contender).SelectMany((contender, colour) => contender.GroupBy(other)
            .Where(line => line.Select(x).Distinct().Count() > 1)
            .Select((line, stroke) => new ChartSeries(
                $"{contender.Key}, other at {line.Key}", [.. line.OrderBy(x).Select(probe => new ChartPoint(x(probe), y(probe)))])
            {
                Colour = colour % ArmText.Colours,
                Stroke = stroke,
            }))])
        { FromZero = true };
}
