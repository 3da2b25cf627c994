using System.Diagnostics;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>
/// Which per-token number stands for KL(pi || pi_ref). What is right depends on the placement. Measured by enumeration on a small policy
/// against the gradient of the KL of whole sequences (relative error, docs/algorithms.md): in the reward K1 0, Abs 0.91, Exact 0.93, K2 1.03,
/// K3 1.10; in the loss Exact and weighted K1, K2 and K3 0.42 each, since the KL of later states is missing there; Exact in the loss and
/// <see cref="KlEstimators.OfNextState"/> in the reward 0.
/// </summary>
public enum KlEstimator
{
    /// <summary>
    /// The sum over the vocabulary: no sampling noise. In the loss the exact gradient of the per-token KL with the states held fixed. In the
    /// reward right only as the KL of the states to come: a token's own KL does not depend on the token, so that there it acts as a baseline
    /// and drops out.
    /// </summary>
    Exact,

    /// <summary>
    /// d = log pi - log pi_ref at the sampled token: unbiased, may be negative. In the reward the unbiased choice for the KL of whole
    /// sequences. In the loss only with the ratio's weight: without it the expected gradient on-policy is zero.
    /// </summary>
    K1,

    /// <summary>
    /// d^2 / 2: biased as a value, low variance. In the loss right with the weight held fixed; in the reward biased.
    /// </summary>
    K2,

    /// <summary>
    /// exp(-d) - 1 + d: unbiased as a value, never negative, of unbounded variance where pi_ref / pi is. In the loss right with the ratio's
    /// weight; in the reward worse than no penalty (its gradient points away from that of the KL: cosine -0.03).
    /// </summary>
    K3,

    /// <summary>|d|: a size to watch. In the reward biased; in the loss refused, since its gradient is that of no KL.</summary>
    Abs,

    /// <summary>
    /// K3 in the loss without a weight, as DeepSeekMath (arXiv:2402.03300, eq. 4) publishes GRPO. On-policy its gradient is that of the
    /// forward KL(pi_ref || pi). As a value, and so in the reward, the same as <see cref="K3"/>.
    /// </summary>
    PlainK3,
}

/// <summary>
/// KL(pi || pi_ref) per token (seed, "KL Regularization and Trust Regions"; Schulman, "Approximating KL Divergence", 2020), as a value, and
/// as a loss whose expected gradient is that of the per-token KL.
/// </summary>
public static class KlEstimators
{
    /// <summary>The estimate at the sampled token, from d = log pi - log pi_ref.</summary>
    /// <param name="estimator">Not <see cref="KlEstimator.Exact"/>, which needs whole distributions.</param>
    /// <param name="logProbs">[B,T], nats. 0 outside the mask.</param>
    /// <param name="refLogProbs">[B,T], nats. 0 outside the mask.</param>
    /// <returns>[B,T], nats, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The estimator is Exact.</exception>
    public static Tensor PerToken(KlEstimator estimator, Tensor logProbs, Tensor refLogProbs)
    {
        Shapes.RequireSame(logProbs, refLogProbs);
        using var scope = NewDisposeScope();
        var difference = logProbs - refLogProbs;
        var value = estimator switch
        {
            KlEstimator.K1 => difference,
            KlEstimator.K2 => difference.square() / 2,
            KlEstimator.K3 or KlEstimator.PlainK3 => (-difference).expm1() + difference, // exp(-d) - 1 would lose a small d to rounding
            KlEstimator.Abs => difference.abs(),
            KlEstimator.Exact => throw new ArgumentOutOfRangeException(
                nameof(estimator), estimator, "The exact KL needs whole distributions: call Exact."),
            _ => throw new UnreachableException(),
        };
        return value.MoveToOuterDisposeScope();
    }

    /// <summary>Σ_v p_v (log p_v - log q_v), where a token with p_v = 0 adds 0.</summary>
    /// <param name="distribution">[N, V], log p in nats; may hold -inf; carries gradient.</param>
    /// <param name="refDistribution">[N, V], log q in nats; -inf where p is not gives an infinite KL.</param>
    /// <returns>[N], nats, owned by the caller's scope; carries gradient, which is finite also where p_v = 0.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor Exact(Tensor distribution, Tensor refDistribution)
    {
        Shapes.RequireSame(distribution, refDistribution);
        using var scope = NewDisposeScope();
        var difference = (distribution - refDistribution).masked_fill(distribution.isneginf(), 0); // 0 · -inf would be NaN
        return (distribution.exp() * difference).sum(1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The KL of the state that follows each token: KL_t' with t' the row's next token that counts, 0 at the last. As a reward, its sum from t
    /// on holds the KL of every later state and not that of t's own, which is what the loss term <see cref="Exact"/> leaves out.
    /// </summary>
    /// <param name="klPerToken">[B,T], nats; column t holds the KL of the distribution that token t was drawn from.</param>
    /// <param name="mask">[B,T] bool; true counts. Holes are stepped over.</param>
    /// <returns>[B,T], nats, 0 outside the mask, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">A shape differs or the mask is not bool.</exception>
    public static Tensor OfNextState(Tensor klPerToken, Tensor mask)
    {
        using var scope = NewDisposeScope();
        var counted = Masked.Zero(klPerToken, mask);
        var rank = mask.cumsum(1); // 1 at the row's first token that counts
        var ranked = zeros([mask.shape[0], mask.shape[1] + 2], counted.dtype, counted.device).scatter_add(1, rank, counted);
        return Masked.Zero(ranked.gather(1, rank + 1), mask).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// An estimate for the loss. Its gradient is right in expectation over tokens drawn from the old policy for ρ K1 and ρ K3 (differentiated
    /// through the ratio ρ too) and for K2 with ρ held fixed; PlainK3 has no weight, and on-policy the gradient of the forward KL.
    /// </summary>
    /// <param name="estimator">Neither <see cref="KlEstimator.Exact"/>, which needs no weight, nor <see cref="KlEstimator.Abs"/>.</param>
    /// <param name="logProbs">[B,T], nats; carries gradient.</param>
    /// <param name="refLogProbs">[B,T], nats.</param>
    /// <param name="ratio">[B,T], ρ_t; carries gradient.</param>
    /// <returns>[B,T], nats, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The estimator is Exact or Abs.</exception>
    public static Tensor Weighted(KlEstimator estimator, Tensor logProbs, Tensor refLogProbs, Tensor ratio)
    {
        Shapes.RequireSame(logProbs, ratio);
        using var scope = NewDisposeScope();
        var estimate = PerToken(estimator, logProbs, refLogProbs);
        var weighted = estimator switch
        {
            KlEstimator.K1 or KlEstimator.K3 => ratio * estimate,
            KlEstimator.K2 => ratio.detach() * estimate,
            KlEstimator.PlainK3 => estimate,
            KlEstimator.Abs => throw new ArgumentOutOfRangeException(
                nameof(estimator), estimator, "The gradient of |log pi - log pi_ref| is that of no KL; in the loss use Exact, K1, K2 or K3."),
            _ => throw new UnreachableException(),
        };
        return weighted.MoveToOuterDisposeScope();
    }
}
