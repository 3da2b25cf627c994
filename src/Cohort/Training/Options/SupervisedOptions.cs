namespace Cohort.Training;

/// <summary>What runs on examples have, as fine-tuning and reward models do: their budget, and how much goes through the network together.</summary>
public abstract record SupervisedOptions : CommonOptions
{
    private protected SupervisedOptions()
    {
    }

    /// <summary>Optimizer steps at most.</summary>
    public int Steps
    {
        get;
        init => field = value is >= 1 and <= 100_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Steps), value, "Steps must lie in [1, 100000000].");
    } = 500;

    /// <summary>
    /// Rows that go through the network together; 0 is chosen by <see cref="MicroBatchGiB"/> when the run starts. Of a preference, chosen and rejected are a
    /// row each, which are never parted.
    /// </summary>
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

    /// <inheritdoc cref="RunOptions.Problems"/>
    public abstract IEnumerable<string> Problems();

    /// <summary>What every run on examples requires.</summary>
    /// <param name="row">What a line of a data file has to hold.</param>
    /// <param name="maxNewTokens">The option that limits an answer, and its key.</param>
    private protected IEnumerable<string> SupervisedProblems(string row, (string Key, int Value) maxNewTokens)
    {
        if (Model is FolderModel { Path: "" })
            yield return "model.path is missing: name a model folder, or {\"kind\": \"new\"} for a new model.";

        if (Data is FileData { Path: "" })
            yield return $"data.path is missing: name a JSONL, CSV or Parquet file with {row} per row.";

        if (Evaluation.Metrics.Count > 0)
            yield return "evaluation.metrics is for `cohort train`: this run has no reward beside which a metric could fall; leave it empty.";

        if (Evaluation.Curve.Points > 0)
        {
            yield return $"evaluation.curve.points is {Evaluation.Curve.Points}, but only `cohort train` measures a learning curve; leave it at 0: "
                + "evaluation.every measures this run.";
        }

        foreach (var problem in CommonProblems(maxNewTokens))
            yield return problem;
    }
}
