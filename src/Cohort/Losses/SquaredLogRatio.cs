using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>REINFORCE with a quadratic tether to the policy that sampled (DRO, arXiv:2405.19107).</summary>
public static class SquaredLogRatio
{
    /// <summary>-A_t log π_t + β/2 (log π_t - log π_old,t)^2.</summary>
    /// <param name="loss">β.</param>
    /// <param name="logProbs">[B,T], nats; carries gradient. 0 outside the mask.</param>
    /// <param name="oldLogProbs">[B,T], nats. 0 outside the mask.</param>
    /// <param name="advantages">[B,T], A_t; 0 outside the mask.</param>
    /// <returns>[B,T], owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(DroLoss loss, Tensor logProbs, Tensor oldLogProbs, Tensor advantages)
    {
        Shapes.RequireSame(logProbs, oldLogProbs);
        using var scope = NewDisposeScope();
        var tether = loss.Beta / 2 * (logProbs - oldLogProbs).square();
        return (ScoreFunction.PerToken(logProbs, advantages) + tether).MoveToOuterDisposeScope();
    }
}
