namespace Cohort.Training;

/// <summary>Using a step's completions.</summary>
public sealed record UpdateOptions
{
    /// <summary>Passes over a step's rows.</summary>
    public int EpochsPerStep
    {
        get;
        init => field = value is >= 1 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(EpochsPerStep), value, "EpochsPerStep must lie in [1, 1000].");
    } = 1;

    /// <summary>Rows per optimizer step; 0 is all rows.</summary>
    public int MinibatchRows
    {
        get;
        init => field = value is >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(MinibatchRows), value, "MinibatchRows must be at least 0; 0 is all rows.");
    }

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

    /// <summary>KL(old || current) per token, in nats, past which a step's remaining updates are left out; 0 never.</summary>
    public double StopAtKl
    {
        get;
        init => field = value is >= 0 and < double.PositiveInfinity ? value
            : throw new ArgumentOutOfRangeException(nameof(StopAtKl), value, "StopAtKl must be at least 0 and finite; 0 never stops.");
    }

    /// <summary>Computes old log-probabilities with the trainer's forward even where the sampler's are the same numerics.</summary>
    public bool RecomputeOldLogProbs { get; init; }
}
