namespace Cohort.Comparison;

/// <summary>What an analysis is told beside the runs.</summary>
public sealed record AnalysisOptions
{
    /// <summary>
    /// The sampled pass@1 whose first reaching is timed, in (0, 1]; 0 is, per task and arm, half way from the baseline's start to its end.
    /// </summary>
    public double Threshold
    {
        get;
        init => field = value is >= 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(
                nameof(Threshold), value, "Threshold must lie in [0, 1]; 0 is half way from the baseline's start to its end.");
    }

    /// <summary>Whether time is that of the clock on the wall instead of the processor's.</summary>
    public bool WallClock { get; init; }

    /// <summary>Seed of the bootstrap behind the curves' bands.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Short runs that show how cost grows; none where it was not measured.</summary>
    public IReadOnlyList<CostProbe> Probes { get; init; } = [];

    /// <summary>Jobs that failed: runs that the differences lack, and short runs that say nothing of cost.</summary>
    public IReadOnlyList<JobEnd> Failed { get; init; } = [];

    /// <summary>Seeds that were added after the others' results could be seen.</summary>
    public IReadOnlyList<ulong> AddedSeeds { get; init; } = [];

    /// <summary>Runs side by side on the machine.</summary>
    public int Jobs
    {
        get;
        init => field = value >= 1 ? value : throw new ArgumentOutOfRangeException(nameof(Jobs), value, "Jobs must be at least 1.");
    } = 1;

    /// <summary>Seeds, runs and the machine, as label and text.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Facts { get; init; } = [];

    /// <summary>What each task's runs were made of, as label and text.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Lineage { get; init; } = [];
}
