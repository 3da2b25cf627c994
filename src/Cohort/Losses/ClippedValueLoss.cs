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
        Shapes.RequireSame(values, oldValues);
        Shapes.RequireSame(values, returns);
        using var scope = NewDisposeScope();
        var plain = (values - returns).square();
        if (double.IsPositiveInfinity(clipRange))
        {
            return plain.MoveToOuterDisposeScope();
        }

        var near = oldValues + (values - oldValues).clamp(-clipRange, clipRange);
        return maximum(plain, (near - returns).square()).MoveToOuterDisposeScope();
    }
}
