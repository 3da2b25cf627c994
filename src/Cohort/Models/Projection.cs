using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>
/// A linear layer, x W' + b, and what an adapter adds to it: what every matrix of the transformer is. Its weights are not initialized. It computes in
/// the type of its input, whatever type the weights are stored in.
/// </summary>
internal sealed class Projection : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;
    private LowRankAdapter? _adapter;

    /// <param name="inputs">Width of what comes in.</param>
    /// <param name="outputs">Width of what goes out.</param>
    /// <param name="hasBias">Whether b is there.</param>
    /// <param name="device">Where the weights lie; the CPU where none is given.</param>
    public Projection(int inputs, int outputs, bool hasBias, Device? device = null)
        : base(nameof(Projection))
    {
        _weight = BorrowedWeights.Blank(device, outputs, inputs);
        register_parameter("weight", _weight);
        if (hasBias)
        {
            _bias = BorrowedWeights.Blank(device, outputs);
            register_parameter("bias", _bias);
        }
    }

    /// <summary>[outputs, inputs].</summary>
    public Parameter Weight => _weight;

    /// <summary>[outputs], or null where the layer has none.</summary>
    public Parameter? Bias => _bias;

    /// <summary>The adapter, or null where the layer has none.</summary>
    public LowRankAdapter? Adapter => _adapter;

    /// <summary>The weight with what the adapter adds to it.</summary>
    /// <returns>[outputs, inputs], owned by the caller's scope.</returns>
    public Tensor Merged() => _adapter is null ? _weight.alias() : _weight.to_type(ScalarType.Float32) + _adapter.Product();

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
        using var scope = NewDisposeScope();
        var bias = _bias is null ? null : Precision.As(_bias, input.dtype);
        var output = nn.functional.linear(input, Precision.As(_weight, input.dtype), bias);
        return (_adapter is null ? output : output + _adapter.Delta(input)).MoveToOuterDisposeScope();
    }
}
