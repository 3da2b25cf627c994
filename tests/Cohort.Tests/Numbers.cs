using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests;

/// <summary>Tensors to and from plain numbers.</summary>
internal static class Numbers
{
    /// <summary>Every entry, in row-major order.</summary>
    public static double[] Of(Tensor values)
    {
        using var scope = NewDisposeScope();
        return values.detach().to_type(ScalarType.Float64).cpu().contiguous().data<double>().ToArray();
    }

    /// <summary>[1, T] float64.</summary>
    public static Tensor Row(params double[] values) => tensor(values, [1, values.Length]);

    /// <summary>[B, T] float64.</summary>
    public static Tensor Rows(params double[][] rows) => tensor(rows.SelectMany(row => row).ToArray(), [rows.Length, rows[0].Length]);

    /// <summary>[B, T] bool, one string per row: x counts.</summary>
    public static Tensor Mask(params string[] rows) =>
        tensor(rows.SelectMany(row => row).Select(mark => mark == 'x').ToArray(), [rows.Length, rows[0].Length]);

    /// <summary>Requires numbers within a tolerance, entry by entry.</summary>
    public static void Same(double[] expected, Tensor actual, double tolerance)
    {
        var found = Of(actual);
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < found.Length; i++)
            Assert.True(
                Math.Abs(expected[i] - found[i]) <= tolerance, $"Entry {i} is {found[i]:R}, expected {expected[i]:R} within {tolerance:R}.");
    }

    /// <inheritdoc cref="Same(double[], Tensor, double)"/>
    public static void Same(Tensor expected, Tensor actual, double tolerance)
    {
        Assert.Equal(expected.shape, actual.shape);
        Same(Of(expected), actual, tolerance);
    }

    /// <summary>Requires numbers within a tolerance where the mask is true.</summary>
    public static void SameWhere(Tensor mask, Tensor expected, Tensor actual, double tolerance)
    {
        using var scope = NewDisposeScope();
        Same(Masked.Zero(expected, mask), Masked.Zero(actual, mask), tolerance);
    }

    /// <summary>The gradient of a scalar function at a point.</summary>
    public static Tensor Gradient(Tensor at, Func<Tensor, Tensor> function)
    {
        using var scope = NewDisposeScope();
        var point = at.detach().clone().requires_grad_(true);
        function(point).backward();
        return point.grad!.MoveToOuterDisposeScope();
    }
}
