using Cohort.Comparison;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Tests.Comparison;

/// <summary>Runs with numbers made by hand: two samples per problem, none of which passes at the start.</summary>
internal static class SyntheticRuns
{
    public static RunOptions Grpo { get; } = With(AlgorithmOptions.Grpo);

    /// <summary>GRPO in everything but the credit.</summary>
    public static RunOptions Ppo { get; } = With(AlgorithmOptions.Grpo with { Advantage = new CriticAdvantage() });

    public static RunOptions With(AlgorithmOptions algorithm) => new()
    {
        Model = new FolderModel { Path = "base" },
        Algorithm = algorithm,
        Budget = new() { Tokens = 1000 },
        Evaluation = new() { Curve = new() { Points = 1, Samples = 2 } },
    };

    /// <summary>A run from no problem solved to some, in 1,000 tokens and 4 steps.</summary>
    public static CellRun Run(string contender, ulong seed, double processorSeconds, params int[] passed) => new(
        new("sort", Arm.Controlled, contender, seed),
        (contender == "ppo" ? Ppo : Grpo) with { Seed = seed },
        [],
        [Line(0, 0, 0, [.. passed.Select(_ => 0)]), Line(4, 1000, processorSeconds, passed)],
        PolicyParameters: 3000,
        CriticParameters: contender == "ppo" ? 1000 : 0);

    /// <summary>Wall-clock time is half of the processor's; the most likely answer passes where any sample does.</summary>
    public static EvaluationLine Line(long step, long tokens, double processorSeconds, params int[] passed) => new(
        step,
        tokens,
        processorSeconds / 2,
        processorSeconds,
        [.. passed.Select(_ => 2)],
        passed,
        [.. passed.Select(count => count / 2.0)],
        [.. passed.Select(count => count > 0 ? 1.0 : 0.0)],
        LengthMean: 7);

    /// <summary>Two seeds of two contenders on four problems.</summary>
    public static IReadOnlyList<CellRun> Four { get; } =
        [Run("grpo", 1, 10, 1, 1, 0, 2), Run("grpo", 2, 10, 0, 1, 1, 2), Run("ppo", 1, 20, 2, 1, 1, 2), Run("ppo", 2, 20, 1, 2, 0, 2)];

    /// <summary>Five seeds of two contenders on 24 problems; the second one solves more in every seed and on most problems.</summary>
    public static IReadOnlyList<CellRun> Ten { get; } =
    [
        .. Enumerable.Range(1, 5).Select(seed => Run("grpo", (ulong)seed, 10, [.. Enumerable.Range(0, 24).Select(problem => (problem + seed) % 2)])),
        .. Enumerable.Range(1, 5).Select(seed => Run("ppo", (ulong)seed, 20, [.. Enumerable.Range(0, 24).Select(problem =>
            ((problem + seed) % 2) + ((problem * seed % 5) == 0 ? 0 : 1))])),
    ];

    /// <summary>Metrics of four steps, each as many tokens as the other.</summary>
    public static IReadOnlyList<StepMetrics> Steps(params (string Name, double[] Values)[] metrics) =>
    [
        .. Enumerable.Range(0, 4).Select(step => new StepMetrics(
            step + 1,
            [
                new(MetricNames.TotalSampledTokens, 250 * (step + 1)),
                .. metrics.Select(metric => KeyValuePair.Create(metric.Name, metric.Values[step])).Where(value => !double.IsNaN(value.Value)),
            ])),
    ];
}
