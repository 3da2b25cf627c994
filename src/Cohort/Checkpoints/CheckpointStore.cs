using Cohort.Tensors;

namespace Cohort.Checkpoints;

/// <summary>
/// The saved steps of a run. A checkpoint is written under a temporary name, flushed, and renamed: one that is there is whole. The newest few and
/// the best one are kept.
/// </summary>
/// <param name="folder">The run's checkpoints folder.</param>
/// <param name="keep">How many of the newest stay.</param>
public sealed class CheckpointStore(string folder, int keep)
{
    private const string Prefix = "step-";
    private const string Unfinished = ".unfinished";
    private const string Discarded = ".discarded";

    /// <summary>Saved steps, oldest first.</summary>
    public IReadOnlyList<long> Steps() => !Directory.Exists(folder)
        ? []
        : Directory.EnumerateDirectories(folder, Prefix + "*")
            .Select(path => long.TryParse(Path.GetFileName(path)[Prefix.Length..], out var step) ? step : -1)
            .Where(step => step >= 0)
            .Order()
            .ToArray();

    /// <summary>The folder of a saved step.</summary>
    /// <param name="step">The step.</param>
    public string PathOf(long step) => Path.Combine(folder, $"{Prefix}{step:D6}");

    /// <summary>Saves a step, then drops what is no longer kept, and what an earlier process left half written or half deleted.</summary>
    /// <param name="step">The step; what was saved of it before is replaced.</param>
    /// <param name="best">The best step so far, which is kept.</param>
    /// <param name="write">Writes the checkpoint's files into a folder that exists; each must be flushed.</param>
    /// <exception cref="IOException">Something could not be written; older checkpoints are untouched.</exception>
    public void Save(long step, long best, Action<string> write)
    {
        var target = PathOf(step);
        var temporary = target + Unfinished;
        DeleteLeftovers();
        Directory.CreateDirectory(temporary);
        try
        {
            write(temporary);
        }
        catch
        {
            Directory.Delete(temporary, recursive: true);
            throw;
        }

        Discard(target);
        Directory.Move(temporary, target);
        var steps = Steps();
        foreach (var old in steps.Take(Math.Max(0, steps.Count - keep)).Where(old => old != best))
        {
            Discard(PathOf(old));
        }
    }

    // Renamed first: where a process ends amid deleting, what is left does not look like a checkpoint.
    private static void Discard(string path)
    {
        if (Directory.Exists(path))
        {
            Directory.Move(path, path + Discarded);
            Directory.Delete(path + Discarded, recursive: true);
        }
    }

    private void DeleteLeftovers()
    {
        string[] endings = [Unfinished, Discarded];
        foreach (var path in endings.Where(_ => Directory.Exists(folder)).SelectMany(ending => Directory.GetDirectories(folder, $"{Prefix}*{ending}")))
        {
            Directory.Delete(path, recursive: true);
        }
    }
}
