using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>
/// The clipped surrogate objective (seed, "The PPO Clipping Mechanism"; arXiv:1707.06347, eq. 7), negated so that lower is better.
/// </summary>
public static class ClippedSurrogate
{
    /// <summary>-L_t = -min(r_t A_t, clip(r_t, 1 - ε_low, 1 + ε_high) A_t).</summary>
    /// <param name="ratio">[B,T], r_t from <see cref="ImportanceRatio"/>; carries gradient.</param>
    /// <param name="advantages">[B,T], A_t; 0 outside the mask.</param>
    /// <param name="clipLow">ε_low in (0, 1), in units of probability ratio.</param>
    /// <param name="clipHigh">ε_high > 0; equal to ε_low in PPO's own form, larger in DAPO's clip-higher (arXiv:2503.14476).</param>
    /// <returns>[B,T], owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(Tensor ratio, Tensor advantages, double clipLow, double clipHigh)
    {
        Shapes.RequireSame(ratio, advantages);
        using var scope = NewDisposeScope();
        var clipped = ratio.clamp(1 - clipLow, 1 + clipHigh);
        return (-minimum(ratio * advantages, clipped * advantages)).MoveToOuterDisposeScope();
    }

    /// <summary>Where the clip is active and stops the gradient: A > 0 with r > 1 + ε_high, or A &lt; 0 with r &lt; 1 - ε_low.</summary>
    /// <inheritdoc cref="PerToken" path="/param"/>
    /// <returns>Two masks [B,T] bool, owned by the caller's scope.</returns>
    public static (Tensor Low, Tensor High) Clipped(Tensor ratio, Tensor advantages, double clipLow, double clipHigh)
    {
        Shapes.RequireSame(ratio, advantages);
        using var scope = NewDisposeScope();
        var low = (advantages < 0).logical_and(ratio < 1 - clipLow);
        var high = (advantages > 0).logical_and(ratio > 1 + clipHigh);
        return (low.MoveToOuterDisposeScope(), high.MoveToOuterDisposeScope());
    }
}
