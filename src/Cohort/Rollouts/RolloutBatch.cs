using static TorchSharp.torch;

namespace Cohort.Rollouts;

/// <summary>A step's completions as tensors, complete: every later stage reads it, none fills it. Rows of one prompt are adjacent.</summary>
public sealed class RolloutBatch : IDisposable
{
    /// <summary>Number of rows, B.</summary>
    public int Count => (int)Tokens.shape[0];

    /// <summary>G, rows per prompt.</summary>
    public required int GroupSize { get; init; }

    /// <summary>[B, S] int64, right-padded.</summary>
    public required Tensor Tokens { get; init; }

    /// <summary>[B, T] bool; true where column t's token t+1 is of the response of a scored row.</summary>
    public required Tensor ResponseMask { get; init; }

    /// <summary>[B, T] float32 nats: the distribution that each token was drawn from.</summary>
    public required Tensor BehaviourLogProbs { get; init; }

    /// <summary>[B, T] float32 nats: the policy at the start of the step.</summary>
    public required Tensor OldLogProbs { get; init; }

    /// <summary>[B, T] float32 nats: the reference; without one, the old policy itself, so that their KL is 0.</summary>
    public required Tensor RefLogProbs { get; init; }

    /// <summary>[B, T] float32 nats: KL(old || reference) per token, by the run's estimator; 0 without a reference.</summary>
    public required Tensor KlToReference { get; init; }

    /// <summary>[B] float32; 0 where <see cref="Scored"/> is false.</summary>
    public required Tensor Scores { get; init; }

    /// <summary>[B] bool; false rows are in no statistics and in no loss.</summary>
    public required Tensor Scored { get; init; }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Tokens.Dispose();
        ResponseMask.Dispose();
        BehaviourLogProbs.Dispose();
        OldLogProbs.Dispose();
        RefLogProbs.Dispose();
        KlToReference.Dispose();
        Scores.Dispose();
        Scored.Dispose();
    }
}
