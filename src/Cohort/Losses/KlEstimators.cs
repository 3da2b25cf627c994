using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>Which per-token number stands for KL(pi || pi_ref).</summary>
public enum KlEstimator
{
    /// <summary>The sum over the vocabulary: no sampling noise.</summary>
    Exact,

    /// <summary>log pi - log pi_ref at the sampled token: unbiased, may be negative.</summary>
    K1,

    /// <summary>(log pi - log pi_ref)^2 / 2: biased, low variance.</summary>
    K2,

    /// <summary>exp(-d) - 1 + d with d = log pi - log pi_ref: unbiased, never negative.</summary>
    K3,
}

/// <summary>
/// KL(pi || pi_ref) per token (seed, "KL Regularization and Trust Regions"; Schulman, "Approximating KL Divergence", 2020), as a value, and
/// as a loss whose expected gradient is that of the per-token KL.
/// </summary>
public static class KlEstimators
{
    /// <summary>k1, k2 or k3 at the sampled token.</summary>
    /// <param name="estimator">Not <see cref="KlEstimator.Exact"/>, which needs whole distributions.</param>
    /// <param name="logProbs">[B,T], nats. 0 outside the mask.</param>
    /// <param name="refLogProbs">[B,T], nats. 0 outside the mask.</param>
    /// <returns>[B,T], nats, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(KlEstimator estimator, Tensor logProbs, Tensor refLogProbs)
    {
        Shapes.RequireSame(logProbs, refLogProbs);
        using var scope = NewDisposeScope();
        var difference = logProbs - refLogProbs;
        var value = estimator switch
        {
            KlEstimator.K1 => difference,
            KlEstimator.K2 => difference.square() / 2,
            KlEstimator.K3 => (-difference).expm1() + difference, // exp(-d) - 1 would lose a small d to rounding
            _ => throw new ArgumentOutOfRangeException(nameof(estimator), estimator, "The exact KL needs whole distributions: call Exact."),
        };
        return value.MoveToOuterDisposeScope();
    }

    /// <summary>Σ_v p_v (log p_v - log q_v).</summary>
    /// <param name="distribution">[N, V], log p in nats; carries gradient.</param>
    /// <param name="refDistribution">[N, V], log q in nats.</param>
    /// <returns>[N], nats, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor Exact(Tensor distribution, Tensor refDistribution)
    {
        Shapes.RequireSame(distribution, refDistribution);
        using var scope = NewDisposeScope();
        return (distribution.exp() * (distribution - refDistribution)).sum(-1).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// An estimate whose gradient is right in expectation over tokens drawn from the old policy: ρ k1 and ρ k3 (differentiated through the
    /// ratio ρ too), and k2 with ρ held fixed. Without the weight, k1's expected gradient is zero and k3's is that of the forward KL.
    /// </summary>
    /// <param name="estimator">Not <see cref="KlEstimator.Exact"/>, which needs no weight.</param>
    /// <param name="logProbs">[B,T], nats; carries gradient.</param>
    /// <param name="refLogProbs">[B,T], nats.</param>
    /// <param name="ratio">[B,T], ρ_t; carries gradient.</param>
    /// <returns>[B,T], nats, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor Weighted(KlEstimator estimator, Tensor logProbs, Tensor refLogProbs, Tensor ratio)
    {
        Shapes.RequireSame(logProbs, ratio);
        using var scope = NewDisposeScope();
        var weight = estimator == KlEstimator.K2 ? ratio.detach() : ratio;
        return (weight * PerToken(estimator, logProbs, refLogProbs)).MoveToOuterDisposeScope();
    }
}
