using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>A seed of a comparison.</summary>
/// <param name="Seed">The seed.</param>
/// <param name="Added">When it was planned.</param>
/// <param name="FinishedRuns">Runs of the comparison that were finished then, and could be looked at; 0 of a seed that was planned from the start.</param>
public sealed record PlannedSeed(ulong Seed, DateTimeOffset Added, int FinishedRuns);

/// <summary>A whole comparison before it runs: every contender with every seed is a run in a process of its own.</summary>
/// <param name="Contenders">With all their options.</param>
/// <param name="Seeds">The same for all contenders, so that problems come in the same order.</param>
/// <param name="Base">What runs start from.</param>
/// <param name="Threads">Threads of every run.</param>
/// <param name="Jobs">Runs side by side.</param>
/// <param name="KeepsModels">Whether trained models stay on the disk.</param>
/// <param name="ProbesCost">Whether cost is measured over group sizes and lengths.</param>
/// <param name="Created">When it was planned.</param>
/// <param name="Version">The library's.</param>
public sealed record ComparisonPlan(
    IReadOnlyList<Contender> Contenders,
    IReadOnlyList<PlannedSeed> Seeds,
    BaseModel Base,
    int Threads,
    int Jobs,
    bool KeepsModels,
    bool ProbesCost,
    DateTimeOffset Created,
    string Version)
{
    /// <summary>A new plan.</summary>
    /// <param name="request">What a user asks for.</param>
    /// <param name="firstSeed">The first seed; the others follow it.</param>
    /// <param name="seeds">How many.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="OptionsException">It cannot be compared so.</exception>
    public static ComparisonPlan Of(ComparisonRequest request, ulong firstSeed, int seeds, TimeProvider time)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(seeds, 1);
        var now = time.GetUtcNow();
        var planned = Enumerable.Range(0, seeds).Select(i => new PlannedSeed(firstSeed + (ulong)i, now, 0));
        var model = request.Base is BasePerSeed own ? own with { Options = Setup.Dated(own.Options) with { Threads = request.Threads } } : request.Base;
        return new(
            ContenderList.Of(request), [.. planned], model, request.Threads, Jobs: 1, KeepsModels: false, ProbesCost: true, now,
            typeof(ComparisonPlan).Assembly.GetName().Version?.ToString(3) ?? "");
    }

    /// <summary>The plan with as many seeds as asked for; what is added is declared as added now. A smaller number leaves the plan as it is.</summary>
    /// <param name="seeds">How many in all.</param>
    /// <param name="finishedRuns">Runs that are finished now.</param>
    /// <param name="time">The clock.</param>
    public ComparisonPlan WithSeeds(int seeds, int finishedRuns, TimeProvider time)
    {
        var next = Seeds.Max(seed => seed.Seed) + 1;
        var more = Enumerable.Range(0, Math.Max(0, seeds - Seeds.Count)).Select(i => new PlannedSeed(next + (ulong)i, time.GetUtcNow(), finishedRuns));
        return this with { Seeds = [.. Seeds, .. more] };
    }

    /// <summary>Every run, seed by seed, so that what a stopped comparison has finished can be compared.</summary>
    public IEnumerable<Cell> Cells => Seeds.SelectMany(seed => Contenders.Select(contender => CellOf(contender, seed.Seed)));

    /// <summary>The bases that runs start from; none where all seeds start from one.</summary>
    public IReadOnlyList<ComparisonJob> Bases => Base is not BasePerSeed own ? [] :
        [.. Seeds.Select(seed => new ComparisonJob(JobKind.Base, BaseOf(seed.Seed), own.Options with { Seed = seed.Seed }, KeepsModel: true))];

    /// <summary>A job for each of <see cref="Cells"/>.</summary>
    public IReadOnlyList<ComparisonJob> Runs => [.. Cells.Select(cell => new ComparisonJob(JobKind.Run, cell.Path, OptionsOf(cell), KeepsModels))];

    /// <summary>The options of a run.</summary>
    /// <param name="cell">One of <see cref="Cells"/>.</param>
    public RunOptions OptionsOf(Cell cell)
    {
        var options = Contenders.Single(contender => CellOf(contender, cell.Seed) == cell).Options with { Seed = cell.Seed };
        return Base is BasePerSeed && options.Model is FolderModel bases
            ? options with { Model = bases with { Path = Path.Combine(bases.Path, $"seed-{cell.Seed}", "model") } }
            : options;
    }

    /// <summary>Where the base of a seed lies, relative to the comparison's directory.</summary>
    internal static string BaseOf(ulong seed) => $"{ContenderList.Bases}/seed-{seed}";

    private static Cell CellOf(Contender contender, ulong seed) => new(contender.Task, contender.Arm, contender.Name, seed);
}
