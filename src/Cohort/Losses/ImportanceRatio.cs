using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>The per-token importance ratio (seed, "Importance Sampling and Off-Policy Correction").</summary>
public static class ImportanceRatio
{
    /// <summary>r_t = exp(log pi - log pi_old).</summary>
    /// <param name="logProbs">[B,T], nats; carries gradient. 0 outside the mask.</param>
    /// <param name="oldLogProbs">[B,T], nats; the policy that sampled the tokens. 0 outside the mask.</param>
    /// <returns>[B,T], 1 outside the mask, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(Tensor logProbs, Tensor oldLogProbs)
    {
        Shapes.RequireSame(logProbs, oldLogProbs);
        using var scope = NewDisposeScope();
        return (logProbs - oldLogProbs).exp().MoveToOuterDisposeScope();
    }
}
