using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>Tokens and mask of all rows, taken in portions in their own order.</summary>
/// <param name="Tokens">[B, S] int64.</param>
/// <param name="Mask">[B, T] bool.</param>
internal readonly record struct PackedRows(Tensor Tokens, Tensor Mask)
{
    /// <summary>One number per token of every row, without gradient, computed in portions of adjacent rows.</summary>
    /// <param name="size">Rows per portion at most.</param>
    /// <param name="compute">From a portion's tokens [b, S] and mask [b, T] to [b, T] float32, 0 outside the mask.</param>
    /// <returns>[B, T] float32, owned by the caller's scope.</returns>
    public Tensor PerToken(int size, Func<Tensor, Tensor, Tensor> compute)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var all = zeros(Mask.shape, ScalarType.Float32, Mask.device);
        for (long first = 0; first < Tokens.shape[0]; first += size)
        {
            using var portion = NewDisposeScope();
            var rows = Math.Min(size, Tokens.shape[0] - first);
            all.narrow(0, first, rows).copy_(compute(Tokens.narrow(0, first, rows), Mask.narrow(0, first, rows)));
        }

        return all.MoveToOuterDisposeScope();
    }
}
