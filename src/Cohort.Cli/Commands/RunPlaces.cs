using Cohort.Checkpoints;

namespace Cohort.Cli.Commands;

/// <summary>Where runs lie that were given no directory: under runs/ in the current folder.</summary>
internal static class RunPlaces
{
    /// <summary>The next free directory, such as runs/train-3: one above the highest number there is.</summary>
    /// <param name="name">Stands before the number.</param>
    public static string Next(string name)
    {
        const string parent = "runs";
        var numbers = !Directory.Exists(parent) ? [] : Directory.EnumerateFileSystemEntries(parent, $"{name}-*")
            .Select(path => int.TryParse(Path.GetFileName(path).AsSpan(name.Length + 1), out var number) ? number : 0);
        return Path.Combine(parent, $"{name}-{numbers.DefaultIfEmpty(0).Max() + 1}");
    }
}
