using Cohort.Checkpoints;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>What a job of a comparison is for.</summary>
public enum JobKind
{
    /// <summary>The model that the runs of a seed start from.</summary>
    Base,

    /// <summary>A run that is compared.</summary>
    Run,

    /// <summary>A short run that measures cost; results do without it.</summary>
    Probe,
}

/// <summary>What one process of a comparison does.</summary>
/// <param name="Kind">What it is for.</param>
/// <param name="Path">Its run directory, relative to the comparison's.</param>
/// <param name="Options">Those of an RL run, or of fine-tuning a base.</param>
/// <param name="KeepsModel">Whether its model is needed later.</param>
public sealed record ComparisonJob(JobKind Kind, string Path, CommonOptions Options, bool KeepsModel)
{
    /// <summary>
    /// Does it on the calling thread: begins the run or goes on with it, and when it is finished, says so on the disk and removes what no result needs.
    /// A finished one is left alone.
    /// </summary>
    /// <param name="folder">The comparison's.</param>
    /// <param name="sink">Takes the run's numbers.</param>
    /// <param name="cancel">Stops it with a checkpoint.</param>
    /// <returns>Whether it is finished; false where it was stopped.</returns>
    /// <exception cref="TrainingException">It cannot go on, or another process is at it.</exception>
    public bool Do(ComparisonFolder folder, IMetricSink sink, CancellationToken cancel)
    {
        var directory = folder.PathOf(Path);
        using var _ = folder.Lock(Path);
        if (folder.IsFinished(Path))
            return true;

        var result = Train(new RunDirectory(directory), sink, cancel);
        if (result.End == RunEnd.Cancelled)
            return false;

        folder.Finish(this, result);
        return true;
    }

    private RunResult Train(RunDirectory place, IMetricSink sink, CancellationToken cancel)
    {
        // What a process left that was killed before there was a run.
        if (!place.Exists && Directory.Exists(place.Base))
            Directory.Delete(place.Base, recursive: true);

        switch (Options)
        {
            case RunOptions run:
                using (var policy = place.Exists
                    ? PolicyRun.Resume(place.Root, PolicyRun.ReadOptions(place.Root, []), sink)
                    : PolicyRun.Start(place.Root, run, sink))
                {
                    return policy.Train(cancel);
                }

            case SftOptions sft:
                using (var start = place.Exists
                    ? SftRun.Resume(place.Root, SftRun.ReadOptions(place.Root, []), sink)
                    : SftRun.Start(place.Root, sft, sink))
                {
                    return start.Train(cancel);
                }

            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }
}
