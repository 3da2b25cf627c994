using Cohort.Comparison;
using Cohort.Evaluation;

namespace Cohort.Reports;

/// <summary>Who is better by how much, and how sure that is.</summary>
internal static class DifferencesSection
{
    /// <summary>The section.</summary>
    public static Markup Of(ComparisonResult result)
    {
        var pairs = result.Arms.SelectMany(arm => arm.Pairs.Select(pair => (Arm: arm, Pair: pair))).ToArray();
        var time = result.WallClock ? "wall-clock" : "processor";
        return $"""
            <section><h2>Differences</h2>
            {ChartFigure.Of(Forest(pairs))}
            {NumberTable.Of(
                "Contender minus baseline in points of held-out problems, with 95 % intervals: same seeds, same problems",
                [
                    "comparison", "pass@1, equal tokens", "p", "p by Holm", "greedy, equal tokens", $"pass@1, equal {time} time", $"greedy, equal {time} time",
                    "seeds", "problems",
                ],
                [.. pairs.Select(Row)])}
            <ul>{pairs.Select(each => Sentence(each.Arm, each.Pair))}</ul>
            <h3>What limits the conclusion</h3>
            <ul>{result.Limits.Select(Item)}</ul>
            <p class="note">Intervals and p-values take both seeds and problems as drawn from more of their kind: a two-way variance with Satterthwaite's
            degrees of freedom. At equal time, each seed's two curves end at the time of the run that needed less, interpolated between measurements.</p></section>

            """;
    }

    private static Chart Forest((ArmResult Arm, PairResult Pair)[] pairs) => new(
        "Sampled pass@1 against the baseline, at equal tokens", "comparison", "points", [.. pairs.Select(each => each.Arm.Arm).Distinct().Select((arm, index) =>
            new ChartSeries($"{arm.ToString().ToLowerInvariant()} arm", [.. pairs.Where(each => each.Arm.Arm == arm).Select(Point)])
            {
                Mark = ChartMark.Point,
                Colour = index,
            })])
    {
        Note = "Above 0 the contender is better. Bars are 95 % intervals, not corrected for several comparisons.",
    };

    private static ChartPoint Point((ArmResult Arm, PairResult Pair) each)
    {
        var interval = each.Pair.PassAt1.Interval;
        return new(0, 100 * interval.Estimate, 100 * interval.Low, 100 * interval.High, $"{each.Arm.Task}: {each.Pair.Contender} − {each.Pair.Baseline}");
    }

    private static IReadOnlyList<string> Row((ArmResult Arm, PairResult Pair) each) =>
    [
        $"{ArmText.Name(each.Arm)}: {each.Pair.Contender} − {each.Pair.Baseline}",
        Points(each.Pair.PassAt1.Interval),
        Verdicts.P(each.Pair.PassAt1.PValue),
        Verdicts.P(each.Pair.PassAt1.AdjustedPValue),
        Points(each.Pair.Greedy.Interval),
        Points(each.Pair.PassAt1AtEqualTime.Interval),
        Points(each.Pair.GreedyAtEqualTime.Interval),
        $"{each.Pair.PassAt1.Seeds}",
        $"{each.Pair.PassAt1.Problems}",
    ];

    private static string Points(Interval interval) => (interval.Estimate > 0 ? "+" : "") + ArmText.Percent(interval);

    private static Markup Sentence(ArmResult arm, PairResult pair) => $"<li><b>{ArmText.Name(arm)}.</b> {pair.Sentence}</li>";

    private static Markup Item(string text) => $"<li>{text}</li>";
}
