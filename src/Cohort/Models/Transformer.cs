using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>
/// The trunk that policy and critic are built on: embedding, blocks, final norm. Its names are those of Hugging Face's `model.*`.
/// </summary>
public sealed class Transformer : nn.Module<Tensor, AttentionPattern, Tensor>
{
    private readonly EmbeddingTable _embedding;
    private readonly ModuleList<TransformerBlock> _blocks;
    private readonly RmsNorm _norm;
    private readonly Tensor _cos;
    private readonly Tensor _sin;

    /// <summary>Builds the trunk; its weights are not initialized.</summary>
    /// <param name="config">A valid shape.</param>
    public Transformer(ModelConfig config)
        : base(nameof(Transformer))
    {
        Config = config;
        _embedding = new EmbeddingTable(config.VocabularySize, config.HiddenSize);
        _blocks = nn.ModuleList(Enumerable.Range(0, config.Layers).Select(layer => new TransformerBlock(config, layer)).ToArray());
        _norm = new RmsNorm(config.HiddenSize, config.NormEpsilon);
        (_cos, _sin) = Rotary.Tables(config.ContextLength, config.HeadSize, config.RopeTheta);
        _cos.DetachFromDisposeScope();
        _sin.DetachFromDisposeScope();
        register_module("embed_tokens", _embedding);
        register_module("layers", _blocks);
        register_module("norm", _norm);
    }

    /// <summary>The shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>[V, H]; a tied head multiplies by it.</summary>
    internal Parameter EmbeddingWeight => _embedding.Weight;

    /// <summary>A trunk that shares its weights, frozen, with this one.</summary>
    /// <returns>Owned by the caller.</returns>
    internal Transformer Sharing() => BorrowedWeights.Build(this, EmbeddingWeight, () => new Transformer(Config));

    /// <summary>Hidden states of tokens under a pattern.</summary>
    /// <param name="tokens">[B, t] int64.</param>
    /// <param name="pattern">What the tokens see and where they stand.</param>
    /// <returns>[B, t, H], owned by the caller's scope; carries gradient.</returns>
    public override Tensor forward(Tensor tokens, AttentionPattern pattern)
    {
        using var scope = NewDisposeScope();
        var hidden = _embedding.forward(tokens);
        foreach (var block in _blocks)
        {
            hidden = block.forward(hidden, pattern);
        }

        return _norm.forward(hidden).MoveToOuterDisposeScope();
    }

    /// <summary>Hidden states of whole right-padded sequences; column t has seen tokens 0 .. t.</summary>
    /// <param name="tokens">[B, S] int64, S at most the context length.</param>
    /// <returns>[B, S, H], owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">The sequences are longer than the context.</exception>
    public Tensor Hidden(Tensor tokens)
    {
        var length = tokens.shape[1];
        if (length > Config.ContextLength)
        {
            throw new ArgumentException($"{length} tokens do not fit the model's context of {Config.ContextLength}.", nameof(tokens));
        }

        using var scope = NewDisposeScope();
        var pattern = new WholeSequences(_cos.narrow(0, 0, length), _sin.narrow(0, 0, length));
        return forward(tokens, pattern).MoveToOuterDisposeScope();
    }

    /// <summary>Cosines and sines at the given positions.</summary>
    /// <param name="positions">[n] int64.</param>
    /// <returns>Two tensors [n, d], owned by the caller's scope.</returns>
    internal (Tensor Cos, Tensor Sin) RotaryAt(Tensor positions) => (_cos.index_select(0, positions), _sin.index_select(0, positions));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _cos.Dispose();
            _sin.Dispose();
        }

        base.Dispose(disposing);
    }
}
