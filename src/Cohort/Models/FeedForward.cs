using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>The feed-forward layer: gated (arXiv:2002.05202), down(f(gate(x)) * up(x)), or plain, down(f(up(x))).</summary>
internal sealed class FeedForward : nn.Module<Tensor, Tensor>
{
    private readonly Activation _activation;
    private readonly Projection? _gate;
    private readonly Projection _up;
    private readonly Projection _down;

    public FeedForward(ModelConfig config, Device? device)
        : base(nameof(FeedForward))
    {
        var (names, bias) = (config.Family.Names, config.FeedForwardHasBias);
        _activation = config.Activation;
        if (config.Family.IsGated)
        {
            _gate = new Projection(config.HiddenSize, config.IntermediateSize, bias, device);
            register_module(names.Gate, _gate);
        }

        _up = new Projection(config.HiddenSize, config.IntermediateSize, bias, device);
        _down = new Projection(config.IntermediateSize, config.HiddenSize, bias, device);
        register_module(names.Up, _up);
        register_module(names.Down, _down);
    }

    /// <summary>Null where the layer is not gated.</summary>
    public Projection? Gate => _gate;

    /// <summary>Into the width of the layer.</summary>
    public Projection Up => _up;

    /// <summary>Out of it.</summary>
    public Projection Down => _down;

    /// <param name="input">[B, t, H].</param>
    /// <returns>[B, t, H], owned by the caller's scope.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var up = _up.forward(input);
        var inner = _gate is null ? Activations.Of(_activation, up) : Gated(_gate.forward(input), up);
        return _down.forward(inner).MoveToOuterDisposeScope();
    }

    private Tensor Gated(Tensor gate, Tensor up)
    {
        using var scope = NewDisposeScope();
        var gated = _activation == Activation.Silu && TensorNumbers.Reach(gate) && gate.is_contiguous() && up.is_contiguous()
            ? new SiluGate().Apply(gate, up)
            : Activations.Of(_activation, gate) * up;
        return gated.MoveToOuterDisposeScope();
    }
}
