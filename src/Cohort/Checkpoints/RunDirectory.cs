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

    /// <summary>Whether a run has begun here.</summary>
    public bool Exists => File.Exists(Options);
}
