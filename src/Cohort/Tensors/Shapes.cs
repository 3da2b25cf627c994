using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>Guards at public entries: TorchSharp broadcasts silently, so nothing here does.</summary>
public static class Shapes
{
    /// <summary>Requires two tensors of one shape and one dtype.</summary>
    /// <param name="expected">The tensor that sets the shape.</param>
    /// <param name="actual">The tensor that must have it.</param>
    /// <param name="name">The argument's name for the message.</param>
    /// <exception cref="ArgumentException">The shapes or the dtypes differ.</exception>
    public static void RequireSame(
        Tensor expected, Tensor actual, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(actual))] string name = "")
    {
        RequireSameShape(expected, actual, name);
        if (expected.dtype != actual.dtype)
        {
            throw new ArgumentException($"{name} is {actual.dtype}, expected {expected.dtype}; dtypes are never mixed.", name);
        }
    }

    /// <summary>Requires a boolean mask of a tensor's shape.</summary>
    /// <param name="expected">The tensor that sets the shape.</param>
    /// <param name="mask">bool; true counts.</param>
    /// <param name="name">The argument's name for the message.</param>
    /// <exception cref="ArgumentException">The shapes differ or the mask is not bool.</exception>
    public static void RequireMask(
        Tensor expected, Tensor mask, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(mask))] string name = "")
    {
        RequireSameShape(expected, mask, name);
        if (mask.dtype != ScalarType.Bool)
        {
            throw new ArgumentException($"{name} is {mask.dtype}, expected Bool, where true counts.", name);
        }
    }

    /// <summary>Requires one entry per row.</summary>
    /// <param name="tokens">[B,T]; sets B.</param>
    /// <param name="rows">The tensor that must be [B].</param>
    /// <param name="name">The argument's name for the message.</param>
    /// <exception cref="ArgumentException">It is not.</exception>
    public static void RequireRows(
        Tensor tokens, Tensor rows, [System.Runtime.CompilerServices.CallerArgumentExpression(nameof(rows))] string name = "") =>
        RequireShape([tokens.shape[0]], rows, name);

    private static void RequireSameShape(Tensor expected, Tensor actual, string name) => RequireShape(expected.shape, actual, name);

    private static void RequireShape(long[] expected, Tensor actual, string name)
    {
        if (!expected.AsSpan().SequenceEqual(actual.shape))
        {
            throw new ArgumentException(
                $"{name} has shape [{string.Join(",", actual.shape)}], expected [{string.Join(",", expected)}]; nothing here broadcasts.",
                name);
        }
    }
}
