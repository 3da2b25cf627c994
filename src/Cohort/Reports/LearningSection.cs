using Cohort.Comparison;

namespace Cohort.Reports;

/// <summary>Learning curves, what they end at, and when they reach a threshold.</summary>
internal static class LearningSection
{
    private const string Band = "Mean over seeds; the band is a 95 % percentile bootstrap over seeds, for the eye alone: of few seeds it is too narrow.";

    /// <summary>The section.</summary>
    public static Markup Of(ComparisonResult result) => $"""
        <section><h2>Learning</h2>
        <p class="note">{Band}</p>
        {result.Arms.Select(arm => Arm(arm, result))}</section>

        """;

    private static Markup Arm(ArmResult arm, ComparisonResult result)
    {
        var measures = arm.Contenders.SelectMany(contender => contender.Measures).Select(measured => measured.Measure).Distinct().Order().ToArray();
        var seconds = result.WallClock ? "seconds of training" : "processor seconds of training";
        return $"""
            <h3>{ArmText.Name(arm)}</h3>
            <div class="charts">
            {measures.Select(measure => Chart(arm, measure, "sampled tokens", measured => measured.OverTokens))}
            {Chart(arm, HeldOutMeasure.PassAt1, seconds, measured => measured.OverSeconds)}
            {Chart(arm, HeldOutMeasure.PassAt1, "steps", measured => measured.OverSteps)}
            </div>
            {NumberTable.Of(
                $"{ArmText.Name(arm)}: percent of {arm.Problems} held-out problems solved after {NumberText.Of(arm.Tokens)} sampled tokens, "
                    + "mean over seeds with Student's 95 % interval",
                ["contender", "seeds", "pass@1 at the start", .. measures.Select(measure => ComparisonText.Name(measure, arm.Samples))],
                [.. arm.Contenders.Select(contender => Finals(contender, measures))])}
            {Threshold(arm, seconds)}
            <details><summary>Every run by itself</summary>
            {NumberTable.Of(
                $"{ArmText.Name(arm)}: each measurement of each run, in percent",
                ["run", "step", "tokens", "seconds", "processor seconds", "pass@1", $"pass@{arm.Samples}", $"maj@{arm.Samples}", "greedy"],
                [.. arm.Contenders.SelectMany(contender => contender.Seeds.SelectMany(seed => seed.Points.Select(point => Run(contender, seed, point))))])}
            </details>

            """;
    }

    private static Markup Chart(ArmResult arm, HeldOutMeasure measure, string axis, Func<MeasureResult, IReadOnlyList<BandPoint>> points) =>
        ChartFigure.Of(new($"{ComparisonText.Name(measure, arm.Samples)} against {axis}, {arm.Task}", axis, "solved, %",
        [
            .. arm.Contenders.SelectMany((contender, index) => contender.Measures.Where(measured => measured.Measure == measure)
                .Select(measured => ArmText.Series(contender.Name, index, points(measured), factor: 100))),
        ]));

    private static IReadOnlyList<string> Finals(ContenderResult contender, HeldOutMeasure[] measures) =>
    [
        contender.Name,
        $"{contender.Seeds.Count}",
        contender.Measures.Where(measured => measured.Measure == HeldOutMeasure.PassAt1).Select(measured => ArmText.Percent(measured.Start)).FirstOrDefault(""),
        .. measures.Select(measure => contender.Measures.Where(measured => measured.Measure == measure)
            .Select(measured => ArmText.Percent(measured.Final)).FirstOrDefault("")),
    ];

    private static Markup Threshold(ArmResult arm, string seconds) => !double.IsFinite(arm.Threshold) ? Markup.Empty : NumberTable.Of(
        $"{ArmText.Name(arm)}: until sampled pass@1 first is {Verdicts.Number(arm.Threshold)} %, mean over the seeds that reached it",
        ["contender", "seeds that reached it", "sampled tokens", seconds],
        [.. arm.Contenders.Select(contender => (IReadOnlyList<string>)
        [
            contender.Name,
            $"{contender.Threshold.Reached} of {contender.Threshold.Seeds}",
            ArmText.Interval(contender.Threshold.Tokens),
            ArmText.Interval(contender.Threshold.Seconds),
        ])]);

    private static IReadOnlyList<string> Run(ContenderResult contender, SeedResult seed, SeedPoint point) =>
    [
        $"{contender.Name}, seed {seed.Seed}",
        $"{point.Step}",
        NumberText.Of(point.Tokens),
        NumberText.Of(point.Seconds, digits: 3),
        NumberText.Of(point.ProcessorSeconds, digits: 3),
        NumberText.Percent(point.PassAt1),
        NumberText.Percent(point.PassAtK),
        NumberText.Percent(point.MajorityAtK),
        NumberText.Percent(point.Greedy),
    ];
}
