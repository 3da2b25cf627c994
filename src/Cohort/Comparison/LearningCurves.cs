using Cohort.Evaluation;
using Cohort.Telemetry;

namespace Cohort.Comparison;

/// <summary>Mean learning curves over seeds, what they end at, and when they reach a threshold.</summary>
internal static class LearningCurves
{
    /// <summary>The measures of one contender; with one sample per problem, pass@k and maj@k are pass@1 and have no entry.</summary>
    public static IReadOnlyList<MeasureResult> Measures(ArmRuns arm, IReadOnlyList<CellRun> runs, AnalysisOptions options) =>
    [
        .. Enum.GetValues<HeldOutMeasure>()
            .Where(measure => arm.Samples > 1 || measure is HeldOutMeasure.PassAt1 or HeldOutMeasure.Greedy)
            .Select(measure => Measure(arm, runs, measure, options))
            .Where(result => double.IsFinite(result.Start.Estimate) || double.IsFinite(result.Final.Estimate)),
    ];

    /// <summary>Half way from where the baseline starts, as a mean over its seeds, to where it ends; NaN where that is no way up.</summary>
    public static double HalfWay(ArmRuns arm)
    {
        var curves = arm.Contenders[0].Select(run => Curve(run, HeldOutMeasure.PassAt1, CurveAxis.Tokens)).ToArray();
        var start = Finite.Mean(curves.Select(curve => curve.Length > 0 ? curve[0].Y : double.NaN));
        var end = Finite.Mean(curves.Select(curve => Interpolation.At(curve, arm.Tokens)));
        return end > start ? (start + end) / 2 : double.NaN;
    }

    /// <summary>When one contender's sampled pass@1 reached a threshold, within the token budget.</summary>
    public static ThresholdResult Threshold(ArmRuns arm, IReadOnlyList<CellRun> runs, double threshold, AnalysisOptions options)
    {
        if (!double.IsFinite(threshold))
            return new(0, 0, NotMeasured, NotMeasured);

        var tokens = runs.Select(run => First(run, CurveAxis.Tokens)).Select(first => first <= arm.Tokens ? first : double.NaN).ToArray();
        var seconds = runs.Select((run, seed) => double.IsFinite(tokens[seed]) ? First(run, CurveAxis.Seconds(options.WallClock)) : double.NaN);
        return new(tokens.Count(double.IsFinite), runs.Count, OverSeeds(tokens), OverSeeds([.. seconds]));

        double First(CellRun run, Func<EvaluationLine, double> axis) =>
            Interpolation.FirstReaching(Curve(run, HeldOutMeasure.PassAt1, axis), threshold);

        // Of the seeds that reached it alone the mean is known, and no interval: the others would be later.
        static Interval OverSeeds(double[] values)
        {
            var reached = Finite.Only(values);
            return reached.Length == values.Length ? MeanInterval.Of(reached) : NotMeasured with { Estimate = Finite.Mean(reached) };
        }
    }

    /// <summary>Every run by itself.</summary>
    public static IReadOnlyList<SeedResult> Seeds(ArmRuns arm, IReadOnlyList<CellRun> runs) =>
        [.. runs.Select(run => new SeedResult(run.Cell.Seed, [.. run.Curve.Select(line => new SeedPoint(
            line.Step,
            line.SampledTokens,
            line.Seconds,
            line.ProcessorSeconds,
            HeldOutMeasures.Mean(line, HeldOutMeasure.PassAt1, arm.Samples),
            HeldOutMeasures.Mean(line, HeldOutMeasure.PassAtK, arm.Samples),
            HeldOutMeasures.Mean(line, HeldOutMeasure.MajorityAtK, arm.Samples),
            HeldOutMeasures.Mean(line, HeldOutMeasure.Greedy, arm.Samples)))]))];

    /// <summary>A mean over seeds with its band at one abscissa.</summary>
    public static BandPoint Band(double x, IEnumerable<double> values, ulong seed)
    {
        var measured = Finite.Only(values);
        if (measured.Length < 2)
            return new(x, Finite.Mean(measured), double.NaN, double.NaN, measured.Length);

        var band = Bootstrap.Mean(measured, seed);
        return new(x, band.Estimate, band.Low, band.High, measured.Length);
    }

    private static Interval NotMeasured => new(double.NaN, double.NaN, double.NaN);

    private static MeasureResult Measure(ArmRuns arm, IReadOnlyList<CellRun> runs, HeldOutMeasure measure, AnalysisOptions options)
    {
        var seconds = CurveAxis.Seconds(options.WallClock);
        var byTokens = runs.Select(run => Curve(run, measure, CurveAxis.Tokens)).ToArray();
        return new(
            measure,
            MeanInterval.Of(Finite.Only(runs.Select(run => HeldOutMeasures.Mean(run.Curve[0], measure, arm.Samples)))),
            MeanInterval.Of(Finite.Only(byTokens.Select(curve => Interpolation.At(curve, arm.Tokens)))),
            Bands(byTokens, arm.Tokens),
            Bands([.. runs.Select(run => Curve(run, measure, CurveAxis.Steps))], runs.Min(run => (double)run.Curve[^1].Step)),
            Bands([.. runs.Select(run => Curve(run, measure, seconds))], runs.Min(run => seconds(run.Curve[^1]))));

        IReadOnlyList<BandPoint> Bands((double X, double Y)[][] curves, double end) => !double.IsFinite(end) ? [] :
        [
            .. Enumerable.Range(0, arm.Shares + 1)
                .Select(share => end * ((double)share / arm.Shares))
                .Select(x => Band(x, curves.Select(curve => Interpolation.At(curve, x)), options.Seed))
                .Where(point => point.Seeds > 0),
        ];
    }

    private static (double X, double Y)[] Curve(CellRun run, HeldOutMeasure measure, Func<EvaluationLine, double> axis) =>
    [
        .. CurveAxis.Rising(run.Curve, axis)
            .Select(line => (X: axis(line), Y: HeldOutMeasures.Mean(line, measure, run.Options.Evaluation.Curve.Samples)))
            .Where(point => double.IsFinite(point.Y)),
    ];
}
