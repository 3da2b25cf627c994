using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>
/// The score-function (REINFORCE) estimator as a loss (seed, "The Gradient Estimator"). GPG (arXiv:2504.02546) minimizes the same; its
/// difference lies in the advantages.
/// </summary>
public static class ScoreFunction
{
    /// <summary>-A_t log π_t, whose gradient is -A_t ∇log π_t.</summary>
    /// <param name="logProbs">[B,T], nats; carries gradient. 0 outside the mask.</param>
    /// <param name="advantages">[B,T], A_t; 0 outside the mask.</param>
    /// <returns>[B,T], owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(Tensor logProbs, Tensor advantages)
    {
        Shapes.RequireSame(logProbs, advantages);
        using var scope = NewDisposeScope();
        return (-(advantages * logProbs)).MoveToOuterDisposeScope();
    }
}
