using MathNet.Numerics.Statistics;

namespace Cohort.Benchmarks.Results;

/// <summary>The goals with what was measured, as Markdown.</summary>
internal static class SpeedTable
{
    private const string Head =
        """
        | | goal | ratio, median | of the rounds | Cohort | peer | rounds | |
        |---|---:|---:|---|---:|---:|---:|---|
        """;

    /// <summary>The table; a goal whose case was not measured has no row.</summary>
    public static string Of(Measured measured) =>
        string.Join('\n', Goal.All.Select(goal => Row(goal, measured.Pairs(goal.Case, goal.System, goal.Field))).Where(row => row != "").Prepend(Head));

    /// <summary>The goals that were missed, each with by how much; empty where none was.</summary>
    public static IEnumerable<string> Missed(Measured measured) =>
        from goal in Goal.All
        let pairs = measured.Pairs(goal.Case, goal.System, goal.Field)
        where pairs.Length > 0 && Ratio(goal, pairs) < goal.Ratio
        select $"- {goal.What}: {Short(Ratio(goal, pairs))} times the peer in place of {goal.Ratio}, {Verdict(goal, pairs)}.";

    /// <summary>A number with about three digits.</summary>
    public static string Short(double number) => Math.Abs(number) switch
    {
        >= 100 => number.ToString("N0"),
        >= 10 => number.ToString("0.0"),
        >= 1 => number.ToString("0.00"),
        _ => number.ToString("0.000"),
    };

    private static string Row(Goal goal, (double Peer, double Own)[] pairs)
    {
        if (pairs.Length == 0)
            return "";

        var ratios = pairs.Select(goal.RatioOf).ToArray();
        return $"| {goal.What} | {goal.Ratio} | **{Short(ratios.Median())}** | {Short(ratios.Min())} to {Short(ratios.Max())} "
            + $"| {Short(pairs.Select(pair => pair.Own).Median())} {goal.Unit} | {Short(pairs.Select(pair => pair.Peer).Median())} {goal.Unit} "
            + $"| {pairs.Length} | {Verdict(goal, pairs)} |";
    }

    private static string Verdict(Goal goal, (double Peer, double Own)[] pairs) =>
        Ratio(goal, pairs) >= goal.Ratio ? "met" : $"missed by {100 * (1 - (Ratio(goal, pairs) / goal.Ratio)):0.#} %";

    private static double Ratio(Goal goal, (double Peer, double Own)[] pairs) => pairs.Select(goal.RatioOf).Median();
}
