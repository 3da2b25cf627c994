using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Cohort.Checkpoints;

namespace Cohort.Tests.Training.Runs;

/// <summary>
/// What two runs must have in common to count as the same: weights and logs, byte for byte; times, rates and memory aside.
/// </summary>
internal static class RunBits
{
    private static readonly string[] Varying = ["time/", "rate/", "memory/"];

    /// <summary>Requires that two finished runs are the same.</summary>
    public static void AssertSame(string expected, string actual)
    {
        var (first, second) = (new RunDirectory(expected), new RunDirectory(actual));
        Assert.Equal(Metrics(first), Metrics(second));
        Assert.Equal(Rollouts(first), Rollouts(second));
        Assert.Equal(Evaluations(first), Evaluations(second));
        Assert.Equal(Weights(first.Model), Weights(second.Model));
        Assert.Equal(LastCheckpoint(first), LastCheckpoint(second));
    }

    /// <summary>The lines of metrics.jsonl without what varies.</summary>
    public static string[] Metrics(RunDirectory place) => File.ReadAllLines(place.Metrics).Select(Constant).ToArray();

    /// <summary>A hash of a model's weights.</summary>
    public static string Weights(string folder) => Hash(
        new[] { "model.safetensors", "adapter_model.safetensors" }.Select(name => Path.Combine(folder, name)).Single(File.Exists));

    private static string[] Rollouts(RunDirectory place) => File.Exists(place.Rollouts) ? File.ReadAllLines(place.Rollouts) : [];

    private static string[] Evaluations(RunDirectory place) => File.Exists(place.Evaluations) ? [.. File.ReadAllLines(place.Evaluations).Select(Timeless)] : [];

    private static string Timeless(string line)
    {
        var point = JsonNode.Parse(line)!.AsObject();
        return point.Remove("seconds") && point.Remove("processor_seconds") ? point.ToJsonString() : throw new InvalidDataException(line);
    }

    // The networks, moments and state of the newest checkpoint; the logs' lengths vary with their times.
    private static string[] LastCheckpoint(RunDirectory place)
    {
        var newest = Directory.GetDirectories(place.Checkpoints, "step-*").Order().Last();
        return Directory.GetFiles(newest, "*", SearchOption.AllDirectories)
            .Where(file => Path.GetFileName(file) is not ("state.json" or "options.json"))
            .Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetRelativePath(place.Checkpoints, file)} {Content(file, place)}")
            .Append(State(newest))
            .ToArray();
    }

    // An adapter's config names the run's base by its full path.
    private static string Content(string file, RunDirectory place) => Path.GetFileName(file) == "adapter_config.json"
        ? File.ReadAllText(file).Replace(place.Root, "", StringComparison.Ordinal)
        : Hash(file);

    private static string State(string checkpoint)
    {
        var state = JsonNode.Parse(File.ReadAllText(Path.Combine(checkpoint, "state.json")))!.AsObject();
        foreach (var name in new[] { "metricsBytes", "evaluationsBytes", "seconds", "processorSeconds" })
            Assert.True(state.Remove(name));

        return state.ToJsonString();
    }

    private static string Constant(string line)
    {
        var step = JsonNode.Parse(line)!.AsObject();
        foreach (var name in step.Select(pair => pair.Key).Where(name => Varying.Any(name.StartsWith)).ToArray())
            step.Remove(name);

        return step.ToJsonString();
    }

    /// <summary>A hash of a file.</summary>
    public static string Hash(string file) => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)));
}
