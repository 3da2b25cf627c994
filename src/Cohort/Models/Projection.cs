using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>A linear layer, x W' + b: what every matrix of the transformer is. Its weights are not initialized.</summary>
internal sealed class Projection : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weight;
    private readonly Parameter? _bias;

    /// <param name="inputs">Width of what comes in.</param>
    /// <param name="outputs">Width of what goes out.</param>
    /// <param name="hasBias">Whether b is there.</param>
    public Projection(int inputs, int outputs, bool hasBias)
        : base(nameof(Projection))
    {
        _weight = new Parameter(empty(outputs, inputs));
        _weight.DetachFromDisposeScope();
        register_parameter("weight", _weight);
        if (hasBias)
        {
            _bias = new Parameter(empty(outputs));
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
    public override Tensor forward(Tensor input) => nn.functional.linear(input, _weight, _bias);
}
