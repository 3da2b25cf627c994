using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>
/// A linear layer, x W' + b: what every matrix of the transformer is. Its weights are not initialized. It computes in the type of its input,
/// whatever type the weights are stored in.
/// </summary>
internal sealed class Projection : nn.Module<Tensor, Tensor>
{
    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    /// <param name="inputs">Width of what comes in.</param>
    /// <param name="outputs">Width of what goes out.</param>
    /// <param name="hasBias">Whether b is there.</param>
    /// <param name="device">Where the weights lie; the CPU where none is given.</param>
    public Projection(int inputs, int outputs, bool hasBias, Device? device = null)
        : base(nameof(Projection))
    {
        _weight = new Parameter(empty(outputs, inputs, device: device));
        _weight.DetachFromDisposeScope();
        register_parameter("weight", _weight);
        if (hasBias)
        {
            _bias = new Parameter(empty(outputs, device: device));
            _bias.DetachFromDisposeScope();
            register_parameter("bias", _bias);
        }
    }

    /// <summary>[outputs, inputs].</summary>
    public Parameter Weight => _weight;

    /// <summary>[outputs], or null where the layer has none.</summary>
    public Parameter? Bias => _bias;

    /// <param name="input">[..., inputs].</param>
    /// <returns>[..., outputs], owned by the caller's scope.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var bias = _bias is null ? null : Precision.As(_bias, input.dtype);
        return nn.functional.linear(input, Precision.As(_weight, input.dtype), bias).MoveToOuterDisposeScope();
    }
}
