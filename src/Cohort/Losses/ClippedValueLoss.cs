using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>
/// The critic's loss (seed, "The Complete PPO Objective", the c_v term): squared error, without the factor 1/2 that others use.
/// </summary>
public static class ClippedValueLoss
{
    /// <summary>max((V - R)^2, (clip(V, V_old - c, V_old + c) - R)^2); infinite c gives the plain square.</summary>
    /// <param name="values">[B,T], V; carries gradient.</param>
    /// <param name="oldValues">[B,T], V when the batch was collected.</param>
    /// <param name="returns">[B,T], R, the target.</param>
    /// <param name="clipRange">c > 0, in units of the return; <see cref="double.PositiveInfinity"/> for no clip.</param>
    /// <returns>[B,T], owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(Tensor values, Tensor oldValues, Tensor returns, double clipRange)
    {
        using var scope = NewDisposeScope();
        var (plain, near) = Squares(values, oldValues, returns, clipRange);
        return maximum(plain, near).MoveToOuterDisposeScope();
    }

    /// <summary>Where the clip is active and stops the gradient: the clipped value lies farther from the return than the value does.</summary>
    /// <inheritdoc cref="PerToken" path="/param"/>
    /// <returns>[B,T] bool, owned by the caller's scope; its mean over the mask is the clip fraction.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor Clipped(Tensor values, Tensor oldValues, Tensor returns, double clipRange)
    {
        using var scope = NewDisposeScope();
        var (plain, near) = Squares(values, oldValues, returns, clipRange);
        return (near > plain).MoveToOuterDisposeScope();
    }

    // Clamped between bounds rather than as old + clamp(difference): inside the range the value stays the same number.
    private static (Tensor Plain, Tensor Near) Squares(Tensor values, Tensor oldValues, Tensor returns, double clipRange)
    {
        Shapes.RequireSame(values, oldValues);
        Shapes.RequireSame(values, returns);
        Guards.Require(clipRange > 0, clipRange, "the clip range must be above 0; infinity is no clip");
        var near = values.clamp(oldValues - clipRange, oldValues + clipRange);
        return ((values - returns).square(), (near - returns).square());
    }
}
