using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>The importance-weighted surrogate without a clip (seed, "Importance Sampling and Off-Policy Correction").</summary>
public static class UnclippedSurrogate
{
    /// <summary>-r_t A_t.</summary>
    /// <param name="ratio">[B,T], r_t from <see cref="ImportanceRatio"/>; carries gradient.</param>
    /// <param name="advantages">[B,T], A_t; 0 outside the mask.</param>
    /// <returns>[B,T], owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(Tensor ratio, Tensor advantages)
    {
        Shapes.RequireSame(ratio, advantages);
        using var scope = NewDisposeScope();
        return (-(ratio * advantages)).MoveToOuterDisposeScope();
    }
}
