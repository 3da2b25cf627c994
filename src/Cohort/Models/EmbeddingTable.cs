using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>One row of weights per token id. Its weights are not initialized.</summary>
internal sealed class EmbeddingTable : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weight;

    /// <param name="rows">Ids.</param>
    /// <param name="size">H.</param>
    public EmbeddingTable(int rows, int size)
        : base(nameof(EmbeddingTable))
    {
        _weight = BorrowedWeights.Blank(rows, size);
        register_parameter("weight", _weight);
    }

    /// <summary>[rows, H].</summary>
    public Parameter Weight => _weight;

    /// <param name="rows">[...] int64.</param>
    /// <returns>[..., H], owned by the caller's scope.</returns>
    public override Tensor forward(Tensor rows)
    {
        using var scope = NewDisposeScope();
        return _weight.index_select(0, rows.flatten()).view([.. rows.shape, -1]).MoveToOuterDisposeScope();
    }
}
