using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>One layer: attention and feed-forward, each behind a norm and around a residual.</summary>
internal sealed class TransformerBlock : nn.Module<Tensor, AttentionPattern, Tensor>
{
    private readonly RmsNorm _attentionNorm;
    private readonly Attention _attention;
    private readonly RmsNorm _feedForwardNorm;
    private readonly SwiGlu _feedForward;

    public TransformerBlock(ModelConfig config, int layer)
        : base(nameof(TransformerBlock))
    {
        _attentionNorm = new RmsNorm(config.HiddenSize, config.NormEpsilon);
        _attention = new Attention(config, layer);
        _feedForwardNorm = new RmsNorm(config.HiddenSize, config.NormEpsilon);
        _feedForward = new SwiGlu(config);
        register_module("input_layernorm", _attentionNorm);
        register_module("self_attn", _attention);
        register_module("post_attention_layernorm", _feedForwardNorm);
        register_module("mlp", _feedForward);
    }

    /// <param name="input">[B, t, H].</param>
    /// <param name="pattern">What the tokens see.</param>
    /// <returns>[B, t, H], owned by the caller's scope.</returns>
    public override Tensor forward(Tensor input, AttentionPattern pattern)
    {
        using var scope = NewDisposeScope();
        var mixed = input + _attention.forward(_attentionNorm.forward(input), pattern);
        return (mixed + _feedForward.forward(_feedForwardNorm.forward(mixed))).MoveToOuterDisposeScope();
    }
}
