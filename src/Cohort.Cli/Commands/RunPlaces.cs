using System.Text.Json;
using System.Text.Json.Nodes;
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

    /// <summary>The command that began a run, by what its options hold; null where there is no run, or a damaged one.</summary>
    /// <param name="directory">A run directory.</param>
    public static string? CommandOf(string directory)
    {
        var path = new RunDirectory(directory).Options;
        try
        {
            var options = File.Exists(path) ? JsonNode.Parse(File.ReadAllText(path)) as JsonObject : null;
            return options is null ? null
                : options.ContainsKey("algorithm") ? "train"
                : options.ContainsKey("batchPairs") ? RewardModelCommand.Name
                : "sft";
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
