using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>Training on the tokens where the policy is undecided ("Beyond the 80/20 Rule", arXiv:2506.01939).</summary>
public static class EntropyMask
{
    // Rounding of share · (n - 1), such as 0.29 · 100 = 28.999999999999996, must not cost a token.
    private const double Rounding = 1e-9;

    /// <summary>
    /// The tokens at or above the (1 - share) quantile of the entropies that count: the highest 1 + ⌊share (n - 1)⌋ of n, and any that equal
    /// the lowest of them.
    /// </summary>
    /// <param name="entropies">[B,T], nats; a whole minibatch, so that micro-batches agree on the quantile.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <param name="share">In (0, 1]; 0.2 in the paper, 1 keeps every token.</param>
    /// <returns>[B,T] bool, false outside the mask, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">A shape differs or the mask is not bool.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The share lies outside (0, 1].</exception>
    public static Tensor Highest(Tensor entropies, Tensor mask, double share)
    {
        Shapes.RequireMask(entropies, mask);
        Guards.Require(share is > 0 and <= 1, share, "the share of tokens kept must lie in (0, 1]");
        using var scope = NewDisposeScope();
        var counting = entropies.masked_select(mask);
        if (counting.shape[0] == 0)
        {
            return zeros_like(mask).MoveToOuterDisposeScope();
        }

        var kept = 1 + (int)Math.Floor((share * (counting.shape[0] - 1)) + Rounding);
        var lowest = counting.topk(kept).values.min();
        return (entropies >= lowest).logical_and(mask).MoveToOuterDisposeScope();
    }
}
