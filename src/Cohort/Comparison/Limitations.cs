using System.Diagnostics;
using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>What a conclusion is limited by.</summary>
internal static class Limitations
{
    private const int MostProbes = 3;

    /// <summary>The arm in words, with what it is worth.</summary>
    public static string Name(ArmResult arm) => arm.Arm switch
    {
        Arm.Usual => "Usual arm (each algorithm's published preset)",
        Arm.Controlled when Others(arm) is [] => "Controlled arm (only the credit differs)",
        Arm.Controlled => $"Controlled arm (beside the credit, these differ: {string.Join(", ", Others(arm))})",
        Arm.Variant => "Variants",
        _ => throw new UnreachableException(),
    };

    /// <summary>Of which base models the result speaks.</summary>
    public static string Scope(ComparisonResult result) => result switch
    {
        { BasePerSeed: true } => "Every seed has a base model of its own, so that this speaks of base models made as these were.",
        { Bases: > 1 } => $"This holds for these {result.Bases} base models.",
        _ => "This holds for this base model.",
    };

    /// <summary>All limits.</summary>
    public static IReadOnlyList<string> Of(ComparisonResult result) => [.. All(result)];

    /// <summary>Distinct base models, and whether each seed has its own.</summary>
    public static (int Bases, bool PerSeed) Bases(IReadOnlyList<CellRun> runs)
    {
        var perSeed = runs.All(run => run.Options.Model is NewModel) || runs.GroupBy(run => run.Cell.Task).All(task =>
            task.Select(run => run.Cell.Seed).Distinct().Count() is > 1 and var seeds && task.Select(Base).Distinct().Count() == seeds);
        return (runs.Select(Base).Distinct().Count(), perSeed);

        static string Base(CellRun run) => OptionsJson.Line(OptionsJson.ToNode(run.Options.Model with { Adapter = new NoAdapter() }));
    }

    private static IEnumerable<string> All(ComparisonResult result)
    {
        yield return Scope(result);
        if (result.Arms.SelectMany(arm => arm.Pairs).Any(pair => pair.PassAt1.Seeds == 1))
            yield return "One seed allows no conclusion about an algorithm: another seed may turn the sign.";

        foreach (var arm in result.Arms)
        {
            var seeds = arm.Contenders.SelectMany(contender => contender.Seeds).Select(seed => seed.Seed).Distinct().Order().ToArray();
            foreach (var contender in arm.Contenders)
            {
                var missing = seeds.Except(contender.Seeds.Select(seed => seed.Seed)).ToArray();
                if (missing.Length > 0)
                {
                    yield return $"{arm.Task}, {Lower(arm.Arm)}: {contender.Name} lacks seed {string.Join(", ", missing)}, which the differences leave out; "
                        + $"where a run failed, as by diverging, that favours {contender.Name}.";
                }
            }
        }

        if (result.AddedSeeds.Count > 0)
        {
            yield return $"Added after the other results could be seen: seed {string.Join(", ", result.AddedSeeds)}. Intervals and p-values do not know "
                + "that, and are too sure.";
        }

        if (result.Arms.Any(arm => arm.OnValidation))
            yield return "Measured on validation problems, by which settings may have been chosen; the test problems decide.";

        if (result.Comparisons > 1)
        {
            yield return $"p-values of sampled pass@1 at equal tokens are corrected by Holm over {result.Comparisons} comparisons; intervals, greedy "
                + "answers and differences at equal time are not.";
        }

        var probes = result.Failed.Where(job => job.Kind == JobKind.Probe).ToArray();
        if (probes.Length > 0)
        {
            yield return "Cost was not measured, as the short run failed, by "
                + string.Join("; by ", probes.Take(MostProbes).Select(probe => $"{probe.Path}: {probe.Message.TrimEnd('.')}"))
                + (probes.Length > MostProbes ? $"; and by {probes.Length - MostProbes} more." : ".");
        }

        yield return (result.WallClock, result.Jobs) switch
        {
            (false, _) => "Time is processor time of training, all threads together, measurements left out.",
            (true, 1) => "Time is that of the clock on the wall, measurements left out.",
            (true, var jobs) => $"Time is that of the clock on the wall, measurements left out, with {jobs} runs side by side, which slow each other.",
        };
    }

    private static string[] Others(ArmResult arm) =>
        [.. arm.Contenders.SelectMany(contender => contender.Differences).Where(each => !ContenderOptions.IsCredit(each)).Select(each => each.Path).Distinct()];

    private static string Lower(Arm arm) => arm switch
    {
        Arm.Usual => "usual arm",
        Arm.Controlled => "controlled arm",
        Arm.Variant => "variants",
        _ => throw new UnreachableException(),
    };
}
