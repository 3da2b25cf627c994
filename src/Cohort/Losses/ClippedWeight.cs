using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>REINFORCE under a clipped importance weight (CISPO, arXiv:2506.13585): every token keeps its gradient.</summary>
public static class ClippedWeight
{
    /// <summary>-sg(clip(r_t, 1 - ε_low, 1 + ε_high)) A_t log π_t.</summary>
    /// <param name="loss">ε_low and ε_high.</param>
    /// <param name="logProbs">[B,T], nats; carries gradient. 0 outside the mask.</param>
    /// <param name="ratio">[B,T], r_t from <see cref="ImportanceRatio"/>; its gradient is not used.</param>
    /// <param name="advantages">[B,T], A_t; 0 outside the mask.</param>
    /// <returns>[B,T], owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(CispoLoss loss, Tensor logProbs, Tensor ratio, Tensor advantages)
    {
        Shapes.RequireSame(logProbs, ratio);
        using var scope = NewDisposeScope();
        var weight = ratio.detach().clamp(1 - loss.Low, 1 + loss.High);
        return (weight * ScoreFunction.PerToken(logProbs, advantages)).MoveToOuterDisposeScope();
    }

    /// <summary>Where the weight is clipped: r &lt; 1 - ε_low, or r > 1 + ε_high. The gradient goes on there.</summary>
    /// <param name="loss">ε_low and ε_high.</param>
    /// <param name="ratio">[B,T], r_t.</param>
    /// <returns>Two masks [B,T] bool, owned by the caller's scope.</returns>
    public static (Tensor Low, Tensor High) Clipped(CispoLoss loss, Tensor ratio)
    {
        using var scope = NewDisposeScope();
        return ((ratio < 1 - loss.Low).MoveToOuterDisposeScope(), (ratio > 1 + loss.High).MoveToOuterDisposeScope());
    }
}
