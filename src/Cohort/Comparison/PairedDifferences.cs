using Cohort.Evaluation;
using Cohort.Telemetry;

namespace Cohort.Comparison;

/// <summary>Contender minus baseline, for the same seeds and the same problems.</summary>
internal static class PairedDifferences
{
    /// <summary>At the same number of sampled tokens.</summary>
    public static DifferenceResult AtTokens(ArmRuns arm, IReadOnlyList<CellRun> contender, HeldOutMeasure measure) =>
        Of(arm, contender, measure, CurveAxis.Tokens, (_, _) => arm.Tokens);

    /// <summary>Each seed at the smaller of its two runs' total seconds.</summary>
    public static DifferenceResult AtTime(ArmRuns arm, IReadOnlyList<CellRun> contender, HeldOutMeasure measure, bool wallClock)
    {
        var seconds = CurveAxis.Seconds(wallClock);
        return Of(arm, contender, measure, seconds, (one, other) => Math.Min(seconds(one.Curve[^1]), seconds(other.Curve[^1])));
    }

    private static DifferenceResult Of(
        ArmRuns arm, IReadOnlyList<CellRun> contender, HeldOutMeasure measure, Func<EvaluationLine, double> axis, Func<CellRun, CellRun, double> end)
    {
        var rows =
            from run in contender
            from baseline in arm.Contenders[0]
            where run.Cell.Seed == baseline.Cell.Seed
            let x = end(run, baseline)
            where double.IsFinite(x)
            select (IReadOnlyList<double>)[.. At(run, x).Zip(At(baseline, x), (one, other) => one - other)];
        var differences = rows.Where(row => row.Any(double.IsFinite)).ToArray();
        if (differences.Length == 0)
            return DifferenceResult.None;

        var difference = SeedProblemDifference.Of(differences);
        var isKnown = difference.Seeds > 1 && double.IsFinite(difference.PValue);
        return new(
            difference.Interval,
            difference.StandardError,
            difference.Degrees,
            difference.PValue,
            double.NaN,
            difference.Seeds,
            difference.Problems,
            isKnown ? difference.SeedsNeeded() : 0,
            isKnown ? difference.SmallestDifference(difference.Seeds) : double.NaN);

        IReadOnlyList<double> At(CellRun run, double x) => HeldOutMeasures.ProblemsAt(run.Curve, axis, x, measure, arm.Samples);
    }
}
