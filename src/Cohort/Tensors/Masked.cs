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

    /// <summary>(x - mean) / (std + epsilon) over the positions that count, 0 elsewhere; the population's standard deviation.</summary>
    /// <param name="values">Any shape, floating.</param>
    /// <param name="mask">Same shape, bool; true counts.</param>
    /// <param name="epsilon">Added to the standard deviation.</param>
    /// <returns>Same shape and dtype, owned by the caller's scope. All zero where fewer than two positions count.</returns>
    public static Tensor Normalize(Tensor values, Tensor mask, double epsilon = 1e-8)
    {
        using var scope = NewDisposeScope();

        // In float64, since the float32 mean of equal values may be off by a rounding, which their small deviation would blow up to 1.
        var precise = values.to_type(ScalarType.Float64);
        var centred = Zero(precise - Mean(precise, mask), mask);
        var deviation = Mean(centred.square(), mask).sqrt();
        return (centred / (deviation + epsilon)).to_type(values.dtype).MoveToOuterDisposeScope();
    }
}
