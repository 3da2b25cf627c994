namespace Cohort.Training;

/// <summary>All options of supervised fine-tuning: `cohort sft`.</summary>
public sealed record SftOptions : CommonOptions
{
    /// <summary>Optimizer steps at most.</summary>
    public int Steps
    {
        get;
        init => field = value is >= 1 and <= 100_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Steps), value, "Steps must lie in [1, 100000000].");
    } = 500;

    /// <summary>Demonstrations per optimizer step.</summary>
    public int BatchRows
    {
        get;
        init => field = value is >= 1 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(BatchRows), value, "BatchRows must lie in [1, 1000000].");
    } = 128;

    /// <summary>Rows that go through the network together; 0 is chosen by <see cref="MicroBatchGiB"/> when the run starts.</summary>
    public int MicroBatchRows
    {
        get;
        init => field = value >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(MicroBatchRows), value, "MicroBatchRows must be at least 0; 0 is automatic.");
    }

    /// <summary>GiB that activations and log-probabilities of a micro-batch may take; rows per micro-batch are chosen by it where they are automatic.</summary>
    public double MicroBatchGiB
    {
        get;
        init => field = value is >= 0.001 and <= 100_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(MicroBatchGiB), value, "MicroBatchGiB must lie in [0.001, 100000].");
    } = 1.5;

    /// <summary>Whether blocks are computed again in the backward pass instead of being kept for it; the numbers stay the same.</summary>
    public Recomputation RecomputeActivations { get; init; }

    /// <summary>The longest answer that evaluation samples, in tokens; 0 is the longest demonstration of the held-out split.</summary>
    public int MaxNewTokens
    {
        get;
        init => field = value is >= 0 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxNewTokens), value, "MaxNewTokens must lie in [0, 1000000]; 0 is automatic.");
    }

    /// <inheritdoc cref="RunOptions.Problems"/>
    public IEnumerable<string> Problems()
    {
        if (Model is FolderModel { Path: "" })
        {
            yield return "model.path is missing: name a model folder, or {\"kind\": \"new\"} for a new model.";
        }

        if (Data is FileData { Path: "" })
        {
            yield return "data.path is missing: name a JSONL, CSV or Parquet file with a prompt and a completion per row.";
        }

        if (Evaluation.Metrics.Count > 0)
        {
            yield return "evaluation.metrics is for `cohort train`: fine-tuning has no reward beside which a metric could fall; leave it empty.";
        }

        foreach (var problem in CommonProblems(("maxNewTokens", MaxNewTokens)))
            yield return problem;
    }
}
