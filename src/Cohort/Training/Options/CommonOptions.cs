using Cohort.Models;

namespace Cohort.Training;

/// <summary>What every run has, of whatever kind.</summary>
public abstract record CommonOptions
{
    private protected CommonOptions()
    {
    }

    /// <summary>Every random number of the run is derived from it.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads of the tensor library; 0 is the physical cores, counted when the run starts. They change the bits.</summary>
    public int Threads
    {
        get;
        init => field = value is >= 0 and <= 1024 ? value
            : throw new ArgumentOutOfRangeException(nameof(Threads), value, "Threads must lie in [0, 1024]; 0 is the physical cores.");
    }

    /// <summary>What computes: CUDA where it is available, else the processor, chosen when the run starts. It changes the bits.</summary>
    public DeviceKind Device { get; init; }

    /// <summary>
    /// The type of the policy's, the reference's and the critic's weights; automatic is bfloat16 on CUDA, else float32. What is trained in bfloat16 keeps
    /// float32 masters in its optimizer.
    /// </summary>
    public WeightType Dtype { get; init; }

    /// <summary>The starting model.</summary>
    public ModelOptions Model { get; init; } = new FolderModel();

    /// <summary>Where problems, demonstrations or preferences come from.</summary>
    public DataOptions Data { get; init; } = new TaskData();

    /// <summary>The policy's optimizer.</summary>
    public OptimizerOptions Optimizer { get; init; } = new AdamOptions();

    /// <summary>Measuring on held-out problems.</summary>
    public EvaluationOptions Evaluation { get; init; } = new();

    /// <summary>Saving.</summary>
    public CheckpointOptions Checkpoints { get; init; } = new();

    /// <summary>Whether validation measures a share, which is at most 1.</summary>
    private protected virtual bool MeasuresShare => true;

    /// <summary>Relations that hold for every run.</summary>
    /// <param name="maxNewTokens">The option that limits an answer, and its key.</param>
    private protected IEnumerable<string> CommonProblems((string Key, int Value) maxNewTokens)
    {
        if (Model is NewModel { HiddenSize: var width, Heads: var heads } && width % (heads * 2) != 0)
        {
            yield return $"model.hiddenSize is {width}, which does not divide into model.heads = {heads} heads of an even size; choose a "
                + $"multiple of {heads * 2}.";
        }

        if (Model is NewModel { Heads: var queries, KeyValueHeads: var keys } && queries % keys != 0)
        {
            yield return $"model.heads is {queries}, which does not divide among model.keyValueHeads = {keys}; choose a "
                + $"multiple of {keys}.";
        }

        if (Model is NewModel { ContextLength: var context } && maxNewTokens.Value >= context)
        {
            yield return $"{maxNewTokens.Key} is {maxNewTokens.Value}, which leaves no room for a prompt in model.contextLength = "
                + $"{context} tokens; lower the one or raise the other.";
        }

        if (Model is NewModel { Adapter: SavedAdapter })
        {
            yield return "model.adapter.kind is saved, but model.kind is new: an adapter belongs to the base that it was trained on; set model.path to it, or "
                + "model.adapter.kind to lora or none.";
        }

        foreach (var problem in Optimizer.Problems("optimizer"))
            yield return problem;

        if (Data is FileData { HeldOutPath: not "" } file && file.HeldOutPath == file.Path)
        {
            yield return $"data.heldOutPath is data.path, '{file.Path}', so that no row would be left for training; name another file, or leave heldOutPath "
                + "empty to hold out a share of the data.";
        }

        if (Evaluation is { Every: 0, StopAt: > 0 })
        {
            yield return $"evaluation.stopAt is {Evaluation.StopAt}, but evaluation.every = 0 never measures; give it a number of steps "
                + "such as 25, or set stopAt to 0.";
        }

        if (Evaluation.StopAt > 1 && MeasuresShare)
            yield return $"evaluation.stopAt is {Evaluation.StopAt}, but what is measured is a share, at most 1; lower it, or set it to 0 to never stop.";

        if (Evaluation is { Every: 0, Metrics.Count: > 0 })
        {
            yield return "evaluation.metrics names rewards to measure, but evaluation.every = 0 never measures; give it a number of steps such as 25, or leave "
                + "metrics empty.";
        }

        if (Evaluation is { Every: 0, Patience: > 0 })
        {
            yield return $"evaluation.patience is {Evaluation.Patience}, but evaluation.every = 0 never measures; give it a number of "
                + "steps such as 25, or set patience to 0.";
        }
    }
}
