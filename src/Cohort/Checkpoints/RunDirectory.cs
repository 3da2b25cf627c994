using System.Globalization;
using System.Text.Json;

namespace Cohort.Checkpoints;

/// <summary>Where the files of a run lie. A run directory is self-contained: it can be moved, resumed and read anywhere.</summary>
/// <param name="root">The directory.</param>
public sealed class RunDirectory(string root)
{
    /// <summary>The name of the options' file, in a run directory and in each of its checkpoints.</summary>
    public const string OptionsFile = "options.json";

    /// <summary>The directory, as a full path.</summary>
    public string Root { get; } = Path.GetFullPath(root);

    /// <summary>All options, defaults included.</summary>
    public string Options => Path.Combine(Root, OptionsFile);

    /// <summary>Versions, machine, threads.</summary>
    public string Environment => Path.Combine(Root, "environment.json");

    /// <summary>One line per step.</summary>
    public string Metrics => Path.Combine(Root, "metrics.jsonl");

    /// <summary>One line per logged completion.</summary>
    public string Rollouts => Path.Combine(Root, "rollouts.jsonl");

    /// <summary>One line per group of completions that training can be repeated with; only where the run saves them.</summary>
    public string Replay => Path.Combine(Root, "replay.jsonl");

    /// <summary>One line per measurement of the learning curve.</summary>
    public string Evaluations => Path.Combine(Root, "evaluations.jsonl");

    /// <summary>The page for people.</summary>
    public string Report => Path.Combine(Root, "report.html");

    /// <summary>The model at the end of the run, as a Hugging Face folder.</summary>
    public string Model => Path.Combine(Root, "model");

    /// <summary>The starting model, which is also the reference.</summary>
    public string Base => Path.Combine(Root, "base");

    /// <summary>The adapter that the run began with, where it trains one.</summary>
    public string StartingAdapter => Path.Combine(Base, "adapter");

    /// <summary>The saved steps.</summary>
    public string Checkpoints => Path.Combine(Root, "checkpoints");

    /// <summary>The folder of the newest checkpoint; empty where there is none.</summary>
    public string NewestCheckpoint()
    {
        var store = new CheckpointStore(Checkpoints, keep: 1);
        return store.Steps() is { Count: > 0 } steps ? store.PathOf(steps[^1]) : "";
    }

    /// <summary>Where a batch with a loss or gradient that is not finite is kept.</summary>
    /// <param name="step">The step.</param>
    public string BadBatch(long step) => Path.Combine(Root, $"bad-batch-{step:D6}.safetensors");

    /// <summary>When the run began, as environment.json says.</summary>
    /// <exception cref="InvalidDataException">The file says nothing of the kind.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public DateTimeOffset Started()
    {
        try
        {
            using var json = JsonDocument.Parse(File.ReadAllText(Environment));
            return DateTimeOffset.Parse(json.RootElement.GetProperty("started").GetString()!, CultureInfo.InvariantCulture);
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or ArgumentNullException or FormatException)
        {
            throw new InvalidDataException($"{Environment} does not say when the run began: {error.Message}", error);
        }
    }

    /// <summary>
    /// Whether the run has come to its end: its model was written after the last step. One that was stopped, killed or is going on has not, and neither has one
    /// that goes on with a larger budget.
    /// </summary>
    public bool IsFinished() => Directory.Exists(Model) && File.Exists(Metrics)
        && Directory.EnumerateFiles(Model).Select(File.GetLastWriteTimeUtc).DefaultIfEmpty().Max() >= File.GetLastWriteTimeUtc(Metrics);

    /// <summary>Whether a run has begun here.</summary>
    public bool Exists => File.Exists(Options);
}
