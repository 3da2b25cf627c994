using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>Grouped-query attention (arXiv:2305.13245) with rotary positions.</summary>
internal sealed class Attention : nn.Module<Tensor, AttentionPattern, Tensor>
{
    private readonly ModelConfig _config;
    private readonly int _layer;
    private readonly Projection _query;
    private readonly Projection _key;
    private readonly Projection _value;
    private readonly Projection _output;

    public Attention(ModelConfig config, int layer)
        : base(nameof(Attention))
    {
        (_config, _layer) = (config, layer);
        _query = new Projection(config.HiddenSize, config.Heads * config.HeadSize, config.Family.AttentionBias);
        _key = new Projection(config.HiddenSize, config.KeyValueHeads * config.HeadSize, config.Family.AttentionBias);
        _value = new Projection(config.HiddenSize, config.KeyValueHeads * config.HeadSize, config.Family.AttentionBias);
        _output = new Projection(config.Heads * config.HeadSize, config.HiddenSize, hasBias: false);
        register_module("q_proj", _query);
        register_module("k_proj", _key);
        register_module("v_proj", _value);
        register_module("o_proj", _output);
    }

    /// <param name="input">[B, t, H].</param>
    /// <param name="pattern">What the tokens see.</param>
    /// <returns>[B, t, H], owned by the caller's scope.</returns>
    public override Tensor forward(Tensor input, AttentionPattern pattern)
    {
        using var scope = NewDisposeScope();
        var query = Rotary.Apply(Heads(_query.forward(input), _config.Heads), pattern.Cos, pattern.Sin);
        var key = Rotary.Apply(Heads(_key.forward(input), _config.KeyValueHeads), pattern.Cos, pattern.Sin);
        var value = Heads(_value.forward(input), _config.KeyValueHeads);
        var mixed = pattern.Attend(_layer, query, key, value).transpose(1, 2).flatten(2);
        return _output.forward(mixed).MoveToOuterDisposeScope();
    }

    // [B, t, heads*d] -> [B, heads, t, d]
    private Tensor Heads(Tensor flat, int heads) =>
        flat.view(flat.shape[0], flat.shape[1], heads, _config.HeadSize).transpose(1, 2);
}
