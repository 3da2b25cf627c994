using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>One row of weights per token id or position. Its weights are not initialized.</summary>
internal sealed class EmbeddingTable : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    /// <param name="rows">Ids or positions.</param>
    /// <param name="size">H.</param>
    /// <param name="device">Where the weights lie; the default device where none is given.</param>
    public EmbeddingTable(int rows, int size, Device? device)
        : base(nameof(EmbeddingTable))
    {
        _weight = BorrowedWeights.Blank(device, rows, size);
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
