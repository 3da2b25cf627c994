using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>How per-token losses become one number.</summary>
public enum Reduction
{
    /// <summary>1/|o| over each response, then the mean of the responses (seed, "The PPO Clipping Mechanism"; GRPO).</summary>
    ResponseMean,

    /// <summary>The mean over all tokens of the optimizer step (DAPO, arXiv:2503.14476).</summary>
    TokenMean,

    /// <summary>
    /// The sum over a response's tokens divided by a fixed length, then the mean of the responses (Dr. GRPO, arXiv:2503.20783).
    /// </summary>
    FixedLength,

    /// <summary>
    /// The sum over a response's tokens, then the mean of the responses (verl's seq-mean-token-sum): with an unscaled advantage the unbiased
    /// policy gradient, of which <see cref="FixedLength"/> is a constant multiple.
    /// </summary>
    ResponseSum,

    /// <summary>The sum over all tokens, divided by nothing: its size grows with the batch.</summary>
    Sum,
}

/// <summary>Counts of a whole optimizer step, by which each of its micro-batches divides.</summary>
/// <param name="Responses">Rows with at least one token that counts.</param>
/// <param name="Tokens">Tokens that count.</param>
/// <param name="FixedLength">The length that <see cref="Reduction.FixedLength"/> divides by, in tokens.</param>
public readonly record struct StepTotals(long Responses, long Tokens, int FixedLength);

/// <summary>
/// Reduces per-token losses. The normalizer is the whole optimizer step's, so that micro-batches add up to the same gradient.
/// </summary>
public static class TokenLoss
{
    /// <summary>The micro-batch's share of the step's loss.</summary>
    /// <param name="perToken">[B,T]; carries gradient.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <param name="reduction">Which mean or sum.</param>
    /// <param name="totals">Counts of the whole optimizer step.</param>
    /// <returns>[] scalar, owned by the caller's scope; carries gradient. Shares of a step's micro-batches are summed.</returns>
    public static Tensor Share(Tensor perToken, Tensor mask, Reduction reduction, StepTotals totals)
    {
        using var scope = NewDisposeScope();
        var counted = Masked.Zero(perToken, mask);
        var share = reduction switch
        {
            Reduction.ResponseMean => (counted.sum(1) / mask.sum(1).clamp(min: 1)).sum() / Math.Max(totals.Responses, 1),
            Reduction.TokenMean => counted.sum() / Math.Max(totals.Tokens, 1),
            Reduction.FixedLength => counted.sum() / Math.Max(totals.Responses * (double)totals.FixedLength, 1),
            Reduction.ResponseSum => counted.sum() / Math.Max(totals.Responses, 1),
            Reduction.Sum => counted.sum(),
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return share.MoveToOuterDisposeScope();
    }
}
