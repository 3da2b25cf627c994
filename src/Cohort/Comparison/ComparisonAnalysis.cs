using Cohort.Evaluation;

namespace Cohort.Comparison;

/// <summary>From finished runs to an answer.</summary>
public static class ComparisonAnalysis
{
    /// <summary>
    /// What the runs show, per task and arm. The baseline is the contender of the first run. A run that is missing leaves its seed out of the differences.
    /// </summary>
    /// <param name="runs">In the order of the plan; at least one.</param>
    /// <param name="options">What is known beside them.</param>
    /// <exception cref="ArgumentException">
    /// There is no run, one has no learning curve or is there twice, or runs of one task and arm were measured on other problems.
    /// </exception>
    public static ComparisonResult Of(IReadOnlyList<CellRun> runs, AnalysisOptions options)
    {
        if (runs.Count == 0)
            throw new ArgumentException("There is no finished run to analyse; run at least one cell.", nameof(runs));

        var (bases, perSeed) = Limitations.Bases(runs);
        var arms = Corrected([.. ArmRuns.Group(runs).Select(arm => Of(arm, options))]);
        var result = new ComparisonResult
        {
            Headline = "",
            Limits = [],
            Arms = arms,
            Comparisons = arms.SelectMany(arm => arm.Pairs).Count(pair => double.IsFinite(Tested(pair))),
            Bases = bases,
            BasePerSeed = perSeed,
            WallClock = options.WallClock,
            Jobs = options.Jobs,
            AddedSeeds = options.AddedSeeds,
            Failed = [.. options.Failed.Select(FailedJob.Of)],
            Probes = options.Probes,
            Facts = options.Facts,
            Lineage = options.Lineage,
        };
        result = result with { Arms = [.. arms.Select(arm => Told(arm, result))] };
        return result with { Headline = Verdicts.Headline(result) + Verdicts.Failed(result), Limits = Limitations.Of(result) };
    }

    private static ArmResult Of(ArmRuns arm, AnalysisOptions options)
    {
        var threshold = options.Threshold > 0 ? options.Threshold : LearningCurves.HalfWay(arm);
        return new()
        {
            Task = arm.Task,
            Arm = arm.Arm,
            Problems = arm.Problems,
            OnValidation = arm.OnValidation,
            Samples = arm.Samples,
            Tokens = arm.Tokens,
            Threshold = threshold,
            Contenders = [.. arm.Contenders.Select(runs => Contender(arm, runs, threshold, options))],
            Pairs = [.. arm.Contenders.Skip(1).Select(runs => Pair(arm, runs, options))],
        };
    }

    private static ContenderResult Contender(ArmRuns arm, IReadOnlyList<CellRun> runs, double threshold, AnalysisOptions options) => new()
    {
        Name = runs[0].Cell.Contender,
        Seeds = LearningCurves.Seeds(arm, runs),
        Measures = LearningCurves.Measures(arm, runs, options),
        Threshold = LearningCurves.Threshold(arm, runs, threshold, options),
        Variance = MetricSummaries.Variance(runs),
        Critic = MetricSummaries.Critic(runs),
        Calibration = MetricSummaries.Calibration(runs),
        TrustRegion = MetricSummaries.TrustRegion(runs),
        Curves = MetricSummaries.OverTokens(arm, runs, options.Seed),
        Cost = Costs.Of(runs),
        Differences = ContenderOptions.Between(arm.Contenders[0], runs),
        CriticSettings = ContenderOptions.OfCritic(runs[0].Options),
    };

    private static PairResult Pair(ArmRuns arm, IReadOnlyList<CellRun> runs, AnalysisOptions options) => new()
    {
        Contender = runs[0].Cell.Contender,
        Baseline = arm.Contenders[0][0].Cell.Contender,
        PassAt1 = PairedDifferences.AtTokens(arm, runs, HeldOutMeasure.PassAt1),
        Greedy = PairedDifferences.AtTokens(arm, runs, HeldOutMeasure.Greedy),
        PassAt1AtEqualTime = PairedDifferences.AtTime(arm, runs, HeldOutMeasure.PassAt1, options.WallClock),
        GreedyAtEqualTime = PairedDifferences.AtTime(arm, runs, HeldOutMeasure.Greedy, options.WallClock),
        Conclusion = Conclusion.NotMeasured,
        Sentence = "",
    };

    // One seed concludes nothing, and is no comparison to correct for.
    private static double Tested(PairResult pair) => pair.PassAt1.Seeds > 1 ? pair.PassAt1.PValue : double.NaN;

    // Holm over every task, arm and contender.
    private static ArmResult[] Corrected(ArmResult[] arms)
    {
        var adjusted = new Queue<double>(Holm.Adjust([.. arms.SelectMany(arm => arm.Pairs).Select(Tested)]));
        return [.. arms.Select(arm => arm with { Pairs = [.. arm.Pairs.Select(pair => Adjusted(pair, adjusted.Dequeue()))] })];

        static PairResult Adjusted(PairResult pair, double pValue)
        {
            var difference = pair.PassAt1 with { AdjustedPValue = pValue };
            return pair with { PassAt1 = difference, Conclusion = Verdicts.Of(difference) };
        }
    }

    private static ArmResult Told(ArmResult arm, ComparisonResult result) =>
        arm with { Pairs = [.. arm.Pairs.Select(pair => pair with { Sentence = Verdicts.Sentence(pair, arm, result) })] };
}
