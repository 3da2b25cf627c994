using static TorchSharp.torch;

namespace Cohort.Rollouts;

/// <summary>
/// A step's completions as tensors, complete: every later stage reads it, none fills it. Rows of one prompt are adjacent.
/// </summary>
public sealed class RolloutBatch : IDisposable
{
    /// <summary>Number of rows, B.</summary>
    public int Count => (int)Tokens.shape[0];

    /// <summary>Prompt and response tokens of each row, without padding.</summary>
    public required IReadOnlyList<int> Lengths { get; init; }

    /// <summary>G, rows per prompt.</summary>
    public required int GroupSize { get; init; }

    /// <summary>[B, S] int64, right-padded.</summary>
    public required Tensor Tokens { get; init; }

    /// <summary>[B, T] bool; true where column t's token t+1 is of the response of a row of <see cref="Scored"/>.</summary>
    public required Tensor ResponseMask { get; init; }

    /// <summary>[B, T] bool: the tokens of <see cref="ResponseMask"/> that the policy learns from; without cut-off responses where those are masked.</summary>
    public required Tensor LossMask { get; init; }

    /// <summary>[B, T] float32 nats: the distribution that each token was drawn from.</summary>
    public required Tensor BehaviourLogProbs { get; init; }

    /// <summary>[B, T] float32 nats: the policy at the start of the step.</summary>
    public required Tensor OldLogProbs { get; init; }

    /// <summary>
    /// [B, T] float32: what corrects for the difference of the old policy and the distribution that sampled; 1 at tokens that count where the run
    /// corrects nothing.
    /// </summary>
    public required Tensor OffPolicyWeights { get; init; }

    /// <summary>[B, T] float32 nats: the reference; without one, the old policy itself, so that their KL is 0.</summary>
    public required Tensor RefLogProbs { get; init; }

    /// <summary>[B, T] float32 nats: KL(old || reference) per token, by the run's estimator; 0 without a reference.</summary>
    public required Tensor KlToReference { get; init; }

    /// <summary>[B, T] float32, u_t: the score on the response's last token, or along its steps.</summary>
    public required Tensor Rewards { get; init; }

    /// <summary>[B, T] bool: tokens at which a step of the reward ends; the last token where it has no steps.</summary>
    public required Tensor StepEnds { get; init; }

    /// <summary>[B] float32: total scores; 0 where there is none.</summary>
    public required Tensor Scores { get; init; }

    /// <summary>[B, K] float32: named parts of the scores, those that the advantages ask for.</summary>
    public required Tensor Parts { get; init; }

    /// <summary>[B] float32: score of the greedy completion of the row's prompt; 0 where the advantages ask for none, or it has none.</summary>
    public required Tensor GreedyScores { get; init; }

    /// <summary>
    /// [B] bool; false rows are in no statistics and in no loss: those without a score, and those with nothing to be compared with.
    /// </summary>
    public required Tensor Scored { get; init; }

    /// <summary>[B] bool; true where the length limit cut the response off, so that its last token is not its end.</summary>
    public required Tensor CutOff { get; init; }

    /// <summary>Cuts rows into micro-batches in which those of a prompt are together, as far as the size allows: what is the same in them is computed once.</summary>
    /// <param name="rows">Row indices.</param>
    /// <param name="size">Rows per micro-batch at most.</param>
    public IEnumerable<MicroBatch> Split(IEnumerable<long> rows, int size) => rows
        .Order()
        .Chunk(size)
        .Select(part => new MicroBatch(this, part, part.Max(row => Lengths[(int)row])));

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Tokens.Dispose();
        ResponseMask.Dispose();
        LossMask.Dispose();
        BehaviourLogProbs.Dispose();
        OldLogProbs.Dispose();
        OffPolicyWeights.Dispose();
        RefLogProbs.Dispose();
        KlToReference.Dispose();
        Rewards.Dispose();
        StepEnds.Dispose();
        Scores.Dispose();
        Parts.Dispose();
        GreedyScores.Dispose();
        Scored.Dispose();
        CutOff.Dispose();
    }
}

/// <summary>
/// Some rows of a batch, as narrow as the longest of them. Every tensor that it gives is fresh and owned by the caller's scope.
/// </summary>
/// <param name="Batch">The batch.</param>
/// <param name="Rows">Row indices.</param>
/// <param name="Width">s, columns of tokens; t = s - 1 columns of everything per token.</param>
public readonly record struct MicroBatch(RolloutBatch Batch, long[] Rows, int Width)
{
    /// <summary>[b, s] int64.</summary>
    public Tensor Tokens()
    {
        using var scope = NewDisposeScope();
        return Batch.Tokens.narrow(1, 0, Width).index_select(0, tensor(Rows, device: Batch.Tokens.device)).MoveToOuterDisposeScope();
    }

    /// <summary>Writes these rows of a per-token tensor.</summary>
    /// <param name="perToken">[B, T]; changed.</param>
    /// <param name="values">[b, t].</param>
    public void Put(Tensor perToken, Tensor values)
    {
        using var scope = NewDisposeScope();
        perToken.narrow(1, 0, Width - 1).index_copy_(0, tensor(Rows, device: perToken.device), values);
    }

    /// <summary>These rows of a per-token tensor.</summary>
    /// <param name="perToken">[B, T].</param>
    /// <returns>[b, t].</returns>
    public Tensor Take(Tensor perToken)
    {
        using var scope = NewDisposeScope();
        return perToken.narrow(1, 0, Width - 1).index_select(0, tensor(Rows, device: perToken.device)).MoveToOuterDisposeScope();
    }
}
