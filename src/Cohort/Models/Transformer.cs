using Cohort.Tensors;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>
/// The trunk that policy and critic are built on: embedding, blocks, final norm. Its names are those of the family in Hugging Face's folders.
/// </summary>
public sealed class Transformer : nn.Module<Tensor, AttentionPattern, Tensor>
{
    private readonly EmbeddingTable _embedding;
    private readonly EmbeddingTable? _positions;
    private readonly ModuleList<TransformerBlock> _blocks;
    private readonly Norm _norm;
    private readonly Rotary _rotary;
    private readonly Rotary _localRotary;
    private ScalarType? _computeType;

    /// <summary>Builds the trunk; its weights are not initialized.</summary>
    /// <param name="config">A valid shape.</param>
    /// <param name="device">Where the weights lie; the CPU where none is given.</param>
    public Transformer(ModelConfig config, Device? device = null)
        : base(nameof(Transformer))
    {
        Config = config;
        var names = config.Family.Names;
        _embedding = new EmbeddingTable(config.VocabularySize, config.HiddenSize, device);
        register_module(names.Embedding, _embedding);
        if (config.Family.LearnsPositions)
        {
            _positions = new EmbeddingTable(config.ContextLength, config.HiddenSize, device);
            register_module(names.Positions, _positions);
        }

        _blocks = nn.ModuleList(Enumerable.Range(0, config.Layers).Select(layer => new TransformerBlock(config, layer, device)).ToArray());
        _norm = new Norm(config.Family.Norm, config.HiddenSize, config.NormEpsilon, device);
        register_module(names.Blocks, _blocks);
        register_module(names.FinalNorm, _norm);
        (_rotary, _localRotary) = (new Rotary(config.Rope, config.HeadSize), new Rotary(config.LocalRope, config.HeadSize));
        Window = new SlidingWindow(config.SlidingWindow);
    }

    /// <summary>The shape.</summary>
    public ModelConfig Config { get; }

    /// <summary>The type that hidden states are computed in: the weights' own, but float32 where a processor holds them as bfloat16.</summary>
    public ScalarType ComputeType
    {
        get => _computeType ?? (EmbeddingWeight is { dtype: ScalarType.BFloat16, device_type: TorchSharp.DeviceType.CPU } ? ScalarType.Float32
            : EmbeddingWeight.dtype);
        internal set => _computeType = value;
    }
    /// <summary>
    /// Whether blocks keep only their inputs for the gradient and compute the rest again in the backward pass (<see cref="Recompute"/>): less memory, a third
    /// more time. The numbers stay the same.
    /// </summary>
    public bool RecomputesBlocks { get; set; }

    /// <summary>[V, H]; a tied head multiplies by it.</summary>
    internal Parameter EmbeddingWeight => _embedding.Weight;

    /// <summary>[C, H] of families that learn a table of positions.</summary>
    internal Parameter? PositionWeight => _positions?.Weight;

    /// <summary>The layers, from below.</summary>
    internal IReadOnlyList<TransformerBlock> Blocks => [.. _blocks];

    /// <summary>What follows the last of them.</summary>
    internal Norm FinalNorm => _norm;

    /// <summary>What tokens see in layers with a window.</summary>
    internal SlidingWindow Window { get; }

    /// <summary>A trunk that shares its weights, frozen, with this one.</summary>
    /// <returns>Owned by the caller.</returns>
    internal Transformer Sharing() => BorrowedWeights.Build(this, EmbeddingWeight, () => new Transformer(Config));

    /// <summary>Hidden states of tokens under a pattern.</summary>
    /// <param name="tokens">[B, t] int64.</param>
    /// <param name="pattern">What the tokens see and where they stand.</param>
    /// <returns>[B, t, H] of <see cref="ComputeType"/>, owned by the caller's scope; carries gradient.</returns>
    public override Tensor forward(Tensor tokens, AttentionPattern pattern)
    {
        using var scope = NewDisposeScope();
        var hidden = Embed(tokens, pattern);
        foreach (var block in _blocks)
        {
            var input = hidden;
            hidden = RecomputesBlocks && is_grad_enabled() && pattern is (WholeSequences or PackedSequences)
                ? Recompute.Of(again => block.forward(again, pattern), input, [.. block.parameters()])
                : block.forward(input, pattern);
            input.Dispose(); // what the gradient needs, the graph holds
        }

        return _norm.forward(hidden).MoveToOuterDisposeScope();
    }

    /// <summary>Hidden states of whole right-padded sequences; column t has seen tokens 0 .. t.</summary>
    /// <param name="tokens">[B, S] int64, S at most the context length.</param>
    /// <returns>[B, S, H] of <see cref="ComputeType"/>, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">The sequences are longer than the context.</exception>
    public Tensor Hidden(Tensor tokens)
    {
        RequireFit(tokens);
        return forward(tokens, new WholeSequences(this, (int)tokens.shape[1], tokens.device));
    }

    /// <summary>
    /// Those hidden states of right-padded sequences that are read. Nothing else is computed than what they depend on: no padding, and what adjacent rows have
    /// in common up to the first state that is read, their prompt, once.
    /// </summary>
    /// <param name="tokens">[B, S] int64, S at most the context length.</param>
    /// <param name="read">[B, T] bool, T at most S; true where the state is read.</param>
    /// <returns>[N, H] of <see cref="ComputeType"/>, row by row, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">The sequences are longer than the context, or the shapes do not fit.</exception>
    public Tensor HiddenAt(Tensor tokens, Tensor read)
    {
        RequireFit(tokens);
        if (read.dim() != 2 || read.shape[0] != tokens.shape[0] || read.shape[1] > tokens.shape[1])
        {
            throw new ArgumentException(
                $"Tokens are [{string.Join(",", tokens.shape)}] and read [{string.Join(",", read.shape)}]; they must be [B,S] and [B,T], T at most S.", nameof(read));
        }

        using var scope = NewDisposeScope();
        var pattern = new PackedSequences(this, tokens, read);
        var states = pattern.Count == 0
            ? empty([0, Config.HiddenSize], ComputeType, tokens.device)
            : pattern.Read(forward(pattern.Tokens(), pattern));
        return states.MoveToOuterDisposeScope();
    }

    private void RequireFit(Tensor tokens)
    {
        if (tokens.shape[1] > Config.ContextLength)
        {
            throw new ArgumentException($"{tokens.shape[1]} tokens do not fit the model's context of {Config.ContextLength}.", nameof(tokens));
        }
    }

    /// <summary>Angles of the layers that turn in this way.</summary>
    /// <param name="turn">Not <see cref="LayerTurn.None"/>.</param>
    internal Rotary RotaryOf(LayerTurn turn) => turn == LayerTurn.Local ? _localRotary : _rotary;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _rotary.Dispose();
            _localRotary.Dispose();
            Window.Dispose();
        }

        base.Dispose(disposing);
    }

    // The factor sqrt(H) is rounded to the type that is computed in, as the reference rounds it.
    private Tensor Embed(Tensor tokens, AttentionPattern pattern)
    {
        using var scope = NewDisposeScope();
        var type = ComputeType;
        var hidden = Precision.As(_embedding.forward(tokens), type);
        if (Config.Family.ScalesEmbeddings)
        {
            hidden = hidden * tensor(Math.Sqrt(Config.HiddenSize), dtype: type, device: hidden.device);
        }

        if (_positions is not null)
        {
            hidden = hidden + Precision.As(_positions.forward(pattern.Positions()), type);
        }

        return hidden.MoveToOuterDisposeScope();
    }
}
