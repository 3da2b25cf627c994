using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>A linear layer, x W' + b, and what an adapter adds to it: what every matrix of the transformer is. Its weights are not initialized.</summary>
internal sealed class Projection : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;
    private LowRankAdapter? _adapter;

    /// <param name="inputs">Width of what comes in.</param>
    /// <param name="outputs">Width of what goes out.</param>
    /// <param name="hasBias">Whether b is there.</param>
    public Projection(int inputs, int outputs, bool hasBias)
        : base(nameof(Projection))
    {
        _weight = BorrowedWeights.Blank(outputs, inputs);
        register_parameter("weight", _weight);
        if (hasBias)
        {
            _bias = BorrowedWeights.Blank(outputs);
            register_parameter("bias", _bias);
        }
    }

    /// <summary>[outputs, inputs].</summary>
    public Parameter Weight => _weight;

    /// <summary>[outputs], or null where the layer has none.</summary>
    public Parameter? Bias => _bias;

    /// <summary>The adapter, or null where the layer has none.</summary>
    public LowRankAdapter? Adapter => _adapter;

    /// <summary>Adds an adapter for good; this layer then owns it, and names its matrices as PEFT does.</summary>
    /// <param name="adapter">Of this layer's widths.</param>
    /// <exception cref="InvalidOperationException">The layer has one already.</exception>
    public void Attach(LowRankAdapter adapter)
    {
        if (_adapter is not null)
        {
            throw new InvalidOperationException("This layer has an adapter already; merge it first.");
        }

        _adapter = adapter;
        register_parameter(LowRankAdapter.DownName, adapter.Down);
        register_parameter(LowRankAdapter.UpName, adapter.Up);
    }

    /// <param name="input">[..., inputs].</param>
    /// <returns>[..., outputs], owned by the caller's scope.</returns>
    public override Tensor forward(Tensor input)
    {
        if (_adapter is null)
        {
            return nn.functional.linear(input, _weight, _bias);
        }

        using var scope = NewDisposeScope();
        return (nn.functional.linear(input, _weight, _bias) + _adapter.Delta(input)).MoveToOuterDisposeScope();
    }
}
