using System.Diagnostics;
using System.Globalization;
using Cohort.Evaluation;

namespace Cohort.Comparison;

/// <summary>What may be concluded, in words.</summary>
internal static class Verdicts
{
    /// <summary>Level of all comparisons together.</summary>
    public const double Level = 0.05;

    /// <summary>What a difference allows to say.</summary>
    public static Conclusion Of(DifferenceResult difference) => difference.Seeds switch
    {
        0 => Conclusion.NotMeasured,
        1 => Conclusion.OneSeed,
        _ when difference.AdjustedPValue < Level => difference.Interval.Estimate > 0 ? Conclusion.Better : Conclusion.Worse,
        _ => Conclusion.Open,
    };

    /// <summary>A pair's sentence.</summary>
    /// <param name="pair">With its conclusion.</param>
    /// <param name="arm">The arm, of which problems and tokens are told.</param>
    /// <param name="result">The whole, of which the number of comparisons and the kind of time are told.</param>
    public static string Sentence(PairResult pair, ArmResult arm, ComparisonResult result)
    {
        var difference = pair.PassAt1;
        var told = $"95 % interval {Range(difference)}, {(result.Comparisons > 1 ? "Holm " : "")}p {P(difference.AdjustedPValue)}, "
            + $"{Count(difference.Seeds, "seed")}, {Count(difference.Problems, "problem")}";
        return pair.Conclusion switch
        {
            Conclusion.NotMeasured => $"{pair.Contender} and {pair.Baseline} have no seed in common yet.",
            Conclusion.OneSeed => $"No conclusion: with one seed, {Compared(pair, arm)}, which says nothing about other seeds; run at least 5.",
            Conclusion.Better or Conclusion.Worse => $"{Compared(pair, arm)} ({told}) after {Tokens(arm)}{AtEqualTime(pair, result)}.",
            Conclusion.Open => $"Nothing yet: {Compared(pair, arm)} ({told}) after {Tokens(arm)}{AtEqualTime(pair, result)}; {Needed(difference, result)}.",
            _ => throw new UnreachableException(),
        };
    }

    /// <summary>The conclusion from the whole.</summary>
    public static string Headline(ComparisonResult result)
    {
        var pairs = result.Arms.SelectMany(arm => arm.Pairs.Select(pair => (Arm: arm, Pair: pair))).ToArray();
        if (pairs.Length == 0)
            return "Nothing is compared: every task and arm has one contender.";

        var decided = pairs.Any(each => each.Pair.Conclusion is Conclusion.Better or Conclusion.Worse);
        var scope = decided ? " " + Limitations.Scope(result) : "";
        if (pairs is [var only])
            return $"{Limitations.Name(only.Arm)}, {only.Arm.Task}. {only.Pair.Sentence}{scope}";

        var corrected = result.Comparisons > 1
            ? $" Intervals are of each task by itself, conclusions corrected by Holm over {result.Comparisons} comparisons." : "";
        var groups = pairs.GroupBy(each => (each.Arm.Arm, each.Pair.Contender, each.Pair.Baseline));
        return (decided ? "" : "Nothing yet. ") + string.Join(' ', groups.Select(group => Group([.. group]))) + corrected + scope;
    }

    /// <summary>How many runs of which contender failed, as a sentence behind the headline; empty where none did.</summary>
    public static string Failed(ComparisonResult result)
    {
        var contenders = result.Failed.Where(job => job.Kind == JobKind.Run).CountBy(job => job.Contender).ToArray();
        return contenders.Length == 0 ? ""
            : $" Failed and left out: {string.Join(", ", contenders.Select(failed => $"{Count(failed.Value, "run")} of {failed.Key}"))}.";
    }

    /// <summary>An interval's ends in points, such as "1.2 to 7.0"; "unknown" without one.</summary>
    public static string Range(DifferenceResult difference) => double.IsFinite(difference.Interval.Low) && double.IsFinite(difference.Interval.High)
        ? $"{Number(difference.Interval.Low)} to {Number(difference.Interval.High)}"
        : "unknown";

    /// <summary>A p-value, such as "0.012" or "&lt; 0.001".</summary>
    public static string P(double value) =>
        !double.IsFinite(value) ? "unknown" : value < 0.001 ? "< 0.001" : value.ToString(value < 0.1 ? "0.000" : "0.00", CultureInfo.InvariantCulture);

    /// <summary>A share in points with one decimal.</summary>
    public static string Number(double share)
    {
        var text = (100 * share).ToString("0.0", CultureInfo.InvariantCulture);
        return text == "-0.0" ? "0.0" : text;
    }

    private static string Group((ArmResult Arm, PairResult Pair)[] pairs)
    {
        var (contender, baseline) = (pairs[0].Pair.Contender, pairs[0].Pair.Baseline);
        string[] parts =
        [
            Tasks(Conclusion.Better, "ahead of"), Tasks(Conclusion.Worse, "behind"), Tasks(Conclusion.Open, "not told apart from"),
            Tasks(Conclusion.OneSeed, "compared by one seed alone, which allows no conclusion, with"),
            Tasks(Conclusion.NotMeasured, "without a seed in common with"),
        ];
        return $"{Limitations.Name(pairs[0].Arm)}: {contender} is {string.Join(", ", parts.Where(part => part != ""))}.";

        string Tasks(Conclusion conclusion, string words)
        {
            var those = pairs.Where(each => each.Pair.Conclusion == conclusion).ToArray();
            return those switch
            {
                [] => "",
                [{ Pair.PassAt1.Seeds: 0 } only] when pairs.Length == 1 => $"{words} {baseline} on {only.Arm.Task}",
                [var only] when pairs.Length == 1 => $"{words} {baseline} on {only.Arm.Task} ({Difference(only.Pair.PassAt1)})",
                _ => $"{words} {baseline} on {those.Length} of {pairs.Length} tasks "
                    + $"({string.Join("; ", those.Select(each => $"{each.Arm.Task} {Difference(each.Pair.PassAt1)}".TrimEnd()))})",
            };
        }

        static string Difference(DifferenceResult difference) => difference.Seeds switch
        {
            0 => "",
            1 => $"{Signed(difference)} points",
            _ => $"{Signed(difference)} points, {Range(difference)}",
        };
    }

    // Contender against baseline, such as "grpo's pass@1 on the test problems is 4.1 points higher than ppo's".
    private static string Compared(PairResult pair, ArmResult arm) =>
        $"{pair.Contender}'s pass@1 on the {Problems(arm)} is {Points(pair.PassAt1)} than {pair.Baseline}'s";

    private static string Points(DifferenceResult difference) =>
        $"{Number(Math.Abs(difference.Interval.Estimate))} points {(difference.Interval.Estimate < 0 ? "lower" : "higher")}";

    private static string Signed(DifferenceResult difference) => (difference.Interval.Estimate > 0 ? "+" : "") + Number(difference.Interval.Estimate);

    private static string AtEqualTime(PairResult pair, ComparisonResult result) => pair.PassAt1AtEqualTime.Seeds == 0 ? "" :
        $", and {Points(pair.PassAt1AtEqualTime)} at equal {(result.WallClock ? "wall-clock" : "processor")} time ({Range(pair.PassAt1AtEqualTime)})";

    private static string Needed(DifferenceResult difference, ComparisonResult result)
    {
        var more = difference.SeedsNeeded - difference.Seeds;
        return difference switch
        {
            { PValue: < Level } => "by itself the interval leaves 0, but p is not below 0.05 after Holm's correction over "
                + Count(result.Comparisons, "comparison"),
            { PValue: double.NaN } => "the difference is the same on every problem with every seed, which says nothing of chance",
            { SeedsNeeded: >= SeedProblemDifference.MaximumSeeds } =>
                $"{SeedProblemDifference.MaximumSeeds:#,0} seeds would not tell a difference of this size from none; more problems might",
            _ => $"about {Count(more, "more seed")} would be needed to tell a difference of this size from none"
                + $"{(result.Comparisons > 1 ? ", before Holm's correction" : "")}{Shown(difference)}",
        };
    }

    private static string Shown(DifferenceResult difference) => difference.SmallestDifference < 1
        ? $"; {Count(difference.Seeds, "seed")} would tell one of {Number(difference.SmallestDifference)} points"
        : "";

    private static string Problems(ArmResult arm) => arm.OnValidation ? "validation problems" : "test problems";

    private static string Tokens(ArmResult arm) => string.Create(CultureInfo.InvariantCulture, $"{arm.Tokens:#,0} sampled tokens");

    private static string Count(int count, string what) => string.Create(CultureInfo.InvariantCulture, $"{count:#,0} {what}{(count == 1 ? "" : "s")}");
}
