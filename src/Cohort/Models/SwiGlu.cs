using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>Gated feed-forward layer (arXiv:2002.05202): down(silu(gate(x)) * up(x)).</summary>
internal sealed class SwiGlu : nn.Module<Tensor, Tensor>
{
    private readonly Projection _gate;
    private readonly Projection _up;
    private readonly Projection _down;

    public SwiGlu(ModelConfig config)
        : base(nameof(SwiGlu))
    {
        _gate = new Projection(config.HiddenSize, config.IntermediateSize, hasBias: false);
        _up = new Projection(config.HiddenSize, config.IntermediateSize, hasBias: false);
        _down = new Projection(config.IntermediateSize, config.HiddenSize, hasBias: false);
        register_module("gate_proj", _gate);
        register_module("up_proj", _up);
        register_module("down_proj", _down);
    }

    /// <param name="input">[B, t, H].</param>
    /// <returns>[B, t, H], owned by the caller's scope.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var gated = nn.functional.silu(_gate.forward(input)) * _up.forward(input);
        return _down.forward(gated).MoveToOuterDisposeScope();
    }
}
