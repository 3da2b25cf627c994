using System.Runtime.CompilerServices;
using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>Guards of numbers at public entries: each names the argument, its value and the rule.</summary>
public static class Guards
{
    /// <summary>Requires that a number keeps its rule.</summary>
    /// <param name="holds">Whether it does; NaN should not.</param>
    /// <param name="value">The number.</param>
    /// <param name="rule">The rule, such as "λ must lie in [0, 1]".</param>
    /// <param name="name">The argument's name for the message.</param>
    /// <exception cref="ArgumentOutOfRangeException">It does not.</exception>
    public static void Require(bool holds, double value, string rule, [CallerArgumentExpression(nameof(value))] string name = "")
    {
        if (!holds)
        {
            throw new ArgumentOutOfRangeException(name, value, $"{name} is {value:R}; {rule}.");
        }
    }

    /// <summary>Requires finite numbers where a mask is true; costs one read from the device.</summary>
    /// <param name="values">Any shape, floating.</param>
    /// <param name="mask">Same shape, bool; true counts.</param>
    /// <param name="name">The argument's name for the message.</param>
    /// <exception cref="ArgumentException">One is NaN or infinite.</exception>
    public static void RequireFinite(Tensor values, Tensor mask, [CallerArgumentExpression(nameof(values))] string name = "")
    {
        using var scope = NewDisposeScope();
        var bad = values.isfinite().logical_not().logical_and(mask).flatten().nonzero();
        if (bad.shape[0] > 0)
        {
            var index = bad[0, 0].item<long>();
            throw new ArgumentException(
                $"{name} has {values.flatten()[index].cpu().to_type(ScalarType.Float64).item<double>()} at entry {index} of shape "
                + $"[{string.Join(",", values.shape)}]; every number that counts must be finite.",
                name);
        }
    }

    /// <summary>Requires rows that divide into groups of adjacent rows.</summary>
    /// <param name="rows">B.</param>
    /// <param name="groupSize">G, at least 2.</param>
    /// <exception cref="ArgumentException">They do not, or a group has one member.</exception>
    public static void RequireGroups(long rows, int groupSize)
    {
        if (groupSize < 2 || rows % groupSize != 0)
        {
            throw new ArgumentException(
                $"{rows} rows do not divide into groups of {groupSize}; a group needs at least 2 completions of one prompt.", nameof(groupSize));
        }
    }
}
