namespace Cohort.Training;

/// <summary>
/// Reads run files: JSON, with comments and trailing commas, that gives some options; the rest keep their defaults. Three things are more
/// than the option records say:
/// <c>"algorithm"</c> may be a preset's name, or an object with a <c>"preset"</c> and what differs from it (<see cref="AlgorithmPreset"/>);
/// an object that comes in kinds may leave out its <c>"kind"</c> where the default's kind has all its keys, or else only one kind has, so
/// that <c>"data": {"path": "x.jsonl"}</c> is a file (the advantage's kind is always the preset's);
/// and relative paths of a model or of data are relative to the run file's folder.
/// </summary>
public static class RunFile
{
    /// <summary>Reads the options of an RL run.</summary>
    /// <param name="path">The run file; empty for none, with paths relative to the current folder.</param>
    /// <param name="sets">Settings such as <c>budget.steps=50</c>, in this order. A value is JSON where it can be, else a string.</param>
    /// <exception cref="OptionsException">The file cannot be read, or an option is wrong; names every problem.</exception>
    public static RunOptions ReadRun(string path, IReadOnlyList<string> sets) => ParseRun(RunFileText.Read(path), sets, path);

    /// <summary>Reads the options of supervised fine-tuning.</summary>
    /// <inheritdoc cref="ReadRun"/>
    public static SftOptions ReadSft(string path, IReadOnlyList<string> sets) => ParseSft(RunFileText.Read(path), sets, path);

    /// <summary>Reads the options of training a reward model.</summary>
    /// <inheritdoc cref="ReadRun"/>
    public static RewardModelOptions ReadRewardModel(string path, IReadOnlyList<string> sets) => ParseRewardModel(RunFileText.Read(path), sets, path);

    /// <summary>Reads the options of an RL run from text.</summary>
    /// <param name="json">What a run file contains.</param>
    /// <param name="sets">Settings such as <c>budget.steps=50</c>.</param>
    /// <param name="path">Where the file is or would be: it stands first in messages, and paths are relative to its folder.</param>
    /// <exception cref="OptionsException">An option is wrong; names every problem.</exception>
    public static RunOptions ParseRun(string json, IReadOnlyList<string> sets, string path = "")
    {
        var options = (RunOptions)Parse(new RunOptions(), json, sets, path);
        Throw([.. options.Problems()], path);
        return options;
    }

    /// <summary>Reads the options of supervised fine-tuning from text.</summary>
    /// <inheritdoc cref="ParseRun"/>
    public static SftOptions ParseSft(string json, IReadOnlyList<string> sets, string path = "")
    {
        var options = (SftOptions)Parse(new SftOptions(), json, sets, path);
        Throw([.. options.Problems()], path);
        return options;
    }

    /// <summary>Reads the options of training a reward model from text.</summary>
    /// <inheritdoc cref="ParseRun"/>
    public static RewardModelOptions ParseRewardModel(string json, IReadOnlyList<string> sets, string path = "")
    {
        var options = (RewardModelOptions)Parse(new RewardModelOptions(), json, sets, path);
        Throw([.. options.Problems()], path);
        return options;
    }

    /// <summary>All options as a run file, defaults included, that reads back to an equal record: the content of options.json.</summary>
    /// <param name="options">The options.</param>
    public static string Write(CommonOptions options) => OptionsJson.ToText(options);

    private static CommonOptions Parse(CommonOptions defaults, string json, IReadOnlyList<string> sets, string path)
    {
        var root = RunFileText.Parse(json, path);
        OptionSets.UnfoldPreset(root);
        var malformed = sets.Select(set => OptionSets.Apply(root, set)).Where(problem => problem != "").ToList();
        var reader = new OptionsReader(defaults);
        var options = reader.Read(root);
        Throw([.. malformed, .. reader.Problems], path);

        string Resolve(string relative) => relative == "" ? "" : Path.GetFullPath(relative, RunFileText.Folder(path));
        options = options is RunOptions run ? run with { Reward = run.Reward.WithPaths(Resolve), Algorithm = WithPaths(run.Algorithm, Resolve) } : options;
        return options with
        {
            Evaluation = options.Evaluation with { Metrics = options.Evaluation.Metrics.WithPaths(Resolve) },
            Model = (options.Model is FolderModel model ? model with { Path = Resolve(model.Path) } : options.Model) with
            {
                Adapter = options.Model.Adapter is SavedAdapter saved ? saved with { Path = Resolve(saved.Path) } : options.Model.Adapter,
            },
            Data = options.Data is FileData data ? data with { Path = Resolve(data.Path), HeldOutPath = Resolve(data.HeldOutPath) } : options.Data,
        };
    }

    private static AlgorithmOptions WithPaths(AlgorithmOptions algorithm, Func<string, string> resolve) =>
        algorithm.Advantage is CriticAdvantage { Critic: { Start: RewardModelCritic start } critic } advantage
            ? algorithm with { Advantage = advantage with { Critic = critic with { Start = start with { Path = resolve(start.Path) } } } }
            : algorithm;

    private static void Throw(IReadOnlyList<string> problems, string path)
    {
        if (problems.Count > 0)
            throw new OptionsException(RunFileText.Source(path), problems);
    }
}
