using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>Off-policy sequence masking (DeepSeek-V3.2, arXiv:2512.02556).</summary>
public static class OffPolicyMask
{
    /// <summary>
    /// The tokens that stay: all but those of negative advantage in a response whose mean log pi_behaviour - log pi exceeds the threshold. What
    /// did worse than expected and has become unlikely teaches little and unsettles much.
    /// </summary>
    /// <param name="advantages">[B,T]; 0 counts as not negative.</param>
    /// <param name="logProbs">[B,T], nats; the current policy. No gradient flows.</param>
    /// <param name="behaviourLogProbs">[B,T], nats; what sampled the tokens.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <param name="threshold">At least 0, in nats per token, of the estimate k1 of KL(behaviour || current).</param>
    /// <returns>[B,T] bool, false outside the mask, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The threshold is negative or NaN.</exception>
    public static Tensor Keep(Tensor advantages, Tensor logProbs, Tensor behaviourLogProbs, Tensor mask, double threshold)
    {
        Shapes.RequireSame(logProbs, advantages);
        Shapes.RequireSame(logProbs, behaviourLogProbs);
        Guards.Require(threshold >= 0, threshold, "the divergence up to which a response stays must be at least 0");
        using var scope = NewDisposeScope();
        var summed = Masked.Zero(behaviourLogProbs - logProbs.detach(), mask).sum(1, keepdim: true);
        var divergence = summed / mask.sum(1, keepdim: true); // NaN for a response without tokens, which keeps none
        return (advantages >= 0).logical_or(divergence <= threshold).logical_and(mask).MoveToOuterDisposeScope();
    }
}
