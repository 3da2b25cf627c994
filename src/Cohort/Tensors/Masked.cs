using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>Reductions over the positions that count.</summary>
public static class Masked
{
    /// <summary>Values where the mask is true, 0 elsewhere, also where a masked-out value is NaN or infinite.</summary>
    /// <param name="values">Any shape, floating.</param>
    /// <param name="mask">Same shape, bool; true counts.</param>
    /// <returns>Same shape and dtype, owned by the caller's scope.</returns>
    public static Tensor Zero(Tensor values, Tensor mask)
    {
        Shapes.RequireMask(values, mask);
        using var scope = NewDisposeScope();
        return values.masked_fill(~mask, 0).MoveToOuterDisposeScope();
    }

    /// <summary>Sum over the positions that count.</summary>
    /// <inheritdoc cref="Zero" path="/param"/>
    /// <returns>[] scalar, owned by the caller's scope.</returns>
    public static Tensor Sum(Tensor values, Tensor mask)
    {
        using var scope = NewDisposeScope();
        return Zero(values, mask).sum().MoveToOuterDisposeScope();
    }

    /// <summary>Mean over the positions that count; 0 where none does.</summary>
    /// <inheritdoc cref="Sum" path="/*"/>
    public static Tensor Mean(Tensor values, Tensor mask)
    {
        using var scope = NewDisposeScope();
        return (Zero(values, mask).sum() / mask.sum().clamp(min: 1)).MoveToOuterDisposeScope();
    }

    /// <summary>(x - mean) / (std + epsilon) over the positions that count, 0 elsewhere; exactly 0 where all that counts is equal.</summary>
    /// <param name="values">Any shape, floating.</param>
    /// <param name="mask">Same shape, bool; true counts.</param>
    /// <param name="epsilon">Added to the standard deviation.</param>
    /// <param name="correction">0 for the population's standard deviation, 1 for the sample's (Bessel's n - 1).</param>
    /// <returns>Same shape and dtype, owned by the caller's scope. All zero where fewer than two positions count.</returns>
    public static Tensor Normalize(Tensor values, Tensor mask, double epsilon = 1e-8, int correction = 0)
    {
        Shapes.RequireMask(values, mask);
        using var scope = NewDisposeScope();
        var (all, counting) = (values.flatten(), mask.flatten());
        var normalized = Moments.Centred(all, counting) / (Moments.Deviation(all, counting, correction) + epsilon);
        return normalized.reshape(values.shape).to_type(values.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>A row's number on each of its tokens that count, 0 elsewhere.</summary>
    /// <param name="rows">[B], floating.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <returns>[B,T] of the same dtype, owned by the caller's scope.</returns>
    public static Tensor Broadcast(Tensor rows, Tensor mask)
    {
        Shapes.RequireRows(mask, rows);
        using var scope = NewDisposeScope();
        return Zero(rows.unsqueeze(1).expand(mask.shape), mask).MoveToOuterDisposeScope();
    }
}
