using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>Grouped-query attention (arXiv:2305.13245); where the layer turns, with rotary positions.</summary>
internal sealed class Attention : nn.Module<Tensor, AttentionPattern, Tensor>
{
    private readonly ModelConfig _config;
    private readonly int _layer;
    private readonly Projection[] _inputs;
    private readonly Projection _output;
    private readonly Norm? _queryNorm;
    private readonly Norm? _keyNorm;

    public Attention(ModelConfig config, int layer, Device? device)
        : base(nameof(Attention))
    {
        (_config, _layer) = (config, layer);
        var (family, names) = (config.Family, config.Family.Names);
        var (queries, keys) = (config.Heads * config.HeadSize, config.KeyValueHeads * config.HeadSize);
        (string Name, int Width)[] inputs = family.IsFusedAndTransposed
            ? [(names.AttentionInput, queries + (2 * keys))]
            : [(names.Query, queries), (names.Key, keys), (names.Value, keys)];
        _inputs = [.. inputs.Select(input => new Projection(config.HiddenSize, input.Width, config.AttentionHasBias, device))];
        _output = new Projection(queries, config.HiddenSize, config.AttentionOutputHasBias, device);
        foreach (var ((name, _), projection) in inputs.Zip(_inputs))
        {
            register_module(name, projection);
        }

        register_module(names.AttentionOutput, _output);
        if (family.NormalizesQueriesAndKeys)
        {
            _queryNorm = new Norm(family.Norm, config.HeadSize, config.NormEpsilon, device);
            _keyNorm = new Norm(family.Norm, config.HeadSize, config.NormEpsilon, device);
            register_module(names.QueryNorm, _queryNorm);
            register_module(names.KeyNorm, _keyNorm);
        }
    }

    /// <summary>Queries, keys and values, or one matrix for all three.</summary>
    public IReadOnlyList<Projection> Inputs => _inputs;

    /// <summary>What mixes the heads.</summary>
    public Projection Output => _output;

    /// <summary>The norm of each query head, where the family has one.</summary>
    public Norm? QueryNorm => _queryNorm;

    /// <summary>The norm of each key head, where the family has one.</summary>
    public Norm? KeyNorm => _keyNorm;

    /// <param name="input">[B, t, H].</param>
    /// <param name="pattern">What the tokens see.</param>
    /// <returns>[B, t, H], owned by the caller's scope.</returns>
    public override Tensor forward(Tensor input, AttentionPattern pattern)
    {
        using var scope = NewDisposeScope();
        var (query, key, value) = Project(input);
        query = _queryNorm?.forward(query) ?? query;
        key = _keyNorm?.forward(key) ?? key;
        var mixed = pattern.Mix(_config, _layer, query, key, value);
        return _output.forward(mixed).MoveToOuterDisposeScope();
    }

    // [B, t, H] -> three of [B, heads, t, d]
    private (Tensor Query, Tensor Key, Tensor Value) Project(Tensor input)
    {
        var parts = _inputs is [var fused]
            ? fused.forward(input).chunk(3, dim: -1)
            : [.. _inputs.Select(projection => projection.forward(input))];
        return (Heads(parts[0]), Heads(parts[1]), Heads(parts[2]));
    }

    // [B, t, heads*d] -> [B, heads, t, d]
    private Tensor Heads(Tensor flat) => flat.view(flat.shape[0], flat.shape[1], -1, _config.HeadSize).transpose(1, 2);
}
