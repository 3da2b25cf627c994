using Cohort.Checkpoints;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>Short runs that measure how cost grows with the size of groups and with the longest completion: each halved and doubled by itself.</summary>
internal static class CostProbes
{
    /// <summary>Steps of a probe, of which the first is not counted.</summary>
    public const int Steps = 3;

    /// <summary>
    /// The probes of the first task, each contender's by the resolved options of one of its finished runs, in the controlled arm where it stands in both; none
    /// of a contender that has no such run.
    /// </summary>
    /// <param name="plan">The plan.</param>
    /// <param name="folder">The comparison's.</param>
    public static IReadOnlyList<ComparisonJob> Of(ComparisonPlan plan, ComparisonFolder folder) =>
    [
        .. from cell in plan.Cells
           where cell.Task == plan.Contenders[0].Task && folder.IsFinished(cell.Path)
           group cell by cell.Contender into runs
           let run = runs.OrderByDescending(run => run.Arm == Arm.Controlled).First()
           let options = PolicyRun.ReadOptions(folder.PathOf(run.Path), [])
           from size in Sizes(options)
           select new ComparisonJob(
               JobKind.Probe, PathOf(run, size.Samples, size.MaxNewTokens), Probe(options, size.Samples, size.MaxNewTokens), KeepsModel: false),
    ];

    /// <summary>The probes whose completions fit the model's context behind its prompts; data and model are read once for each length of completions.</summary>
    /// <param name="probes">From <see cref="Of"/>.</param>
    public static IReadOnlyList<ComparisonJob> Fitting(IReadOnlyList<ComparisonJob> probes)
    {
        var fits = probes.DistinctBy(Key).ToDictionary(Key, probe => RunPlan.FitsContext((RunOptions)probe.Options));
        return [.. probes.Where(probe => fits[Key(probe)])];

        static (ModelOptions, int) Key(ComparisonJob probe) => (((RunOptions)probe.Options).Model, ((RunOptions)probe.Options).Rollout.MaxNewTokens);
    }

    /// <summary>What the finished probes measured.</summary>
    /// <param name="probes">From <see cref="Of"/>.</param>
    /// <param name="folder">The comparison's.</param>
    public static IReadOnlyList<CostProbe> Read(IEnumerable<ComparisonJob> probes, ComparisonFolder folder) =>
    [
        .. from probe in probes
           where folder.IsFinished(probe.Path)
           let steps = MetricsFile.Read(new RunDirectory(folder.PathOf(probe.Path)).Metrics).Where(step => step.Step > 1).ToArray()
           where steps.Length > 0
           let options = (RunOptions)probe.Options
           select new CostProbe(
               probe.Path.Split('/')[^2],
               options.Rollout.SamplesPerPrompt,
               options.Rollout.MaxNewTokens,
               steps.Average(step => step[MetricNames.LengthMean]),
               steps.Average(step => step[MetricNames.StepSeconds]),
               steps.Average(step => step[MetricNames.ProcessorSeconds]),
               steps.Max(step => step[MetricNames.PeakMemory])),
    ];

    private static IEnumerable<(int Samples, int MaxNewTokens)> Sizes(RunOptions options)
    {
        var (samples, tokens) = (options.Rollout.SamplesPerPrompt, options.Rollout.MaxNewTokens);
        var fewest = options.Algorithm.Advantage.ComparesGroup ? 2 : 1;
        return new[] { (samples, tokens), (samples / 2, tokens), (samples * 2, tokens), (samples, tokens / 2), (samples, tokens * 2) }
            .Where(size => size.Item1 >= fewest && size.Item2 >= 1)
            .Distinct();
    }

    private static string PathOf(Cell cell, int samples, int maxNewTokens) =>
        $"probes/{cell.Task}/{cell.Arm.ToString().ToLowerInvariant()}/{cell.Contender}/g{samples}-n{maxNewTokens}";

    // What was chosen for the run's own size is chosen anew.
    private static RunOptions Probe(RunOptions options, int samples, int maxNewTokens) => options with
    {
        Rollout = options.Rollout with { SamplesPerPrompt = samples, MaxNewTokens = maxNewTokens, LargestBatch = 0, LoggedPrompts = 0 },
        Update = options.Update with { MicroBatchRows = 0 },
        Budget = new() { Steps = Steps },
        Evaluation = options.Evaluation with { Every = 0, Curve = new() },
    };
}
