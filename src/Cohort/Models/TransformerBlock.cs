using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>One layer: attention and feed-forward, each behind a norm (in some families also before one) and around a residual.</summary>
internal sealed class TransformerBlock : nn.Module<Tensor, AttentionPattern, Tensor>
{
    public TransformerBlock(ModelConfig config, int layer, Device? device)
        : base(nameof(TransformerBlock))
    {
        var names = config.Family.Names;
        AttentionNorm = Register(names.AttentionNorm, NewNorm());
        Attention = Register(names.Attention, new Attention(config, layer, device));
        AttentionOutputNorm = config.Family.NormalizesOutputs ? Register(names.AttentionOutputNorm, NewNorm()) : null;
        FeedForwardNorm = Register(names.FeedForwardNorm, NewNorm());
        FeedForward = Register(names.FeedForward, new FeedForward(config, device));
        FeedForwardOutputNorm = config.Family.NormalizesOutputs ? Register(names.FeedForwardOutputNorm, NewNorm()) : null;

        Norm NewNorm() => new(config.Family.Norm, config.HiddenSize, config.NormEpsilon, device);

        T Register<T>(string name, T module)
            where T : nn.Module
        {
            register_module(name, module);
            return module;
        }
    }

    public Norm AttentionNorm { get; }

    public Attention Attention { get; }

    public Norm? AttentionOutputNorm { get; }

    public Norm FeedForwardNorm { get; }

    public FeedForward FeedForward { get; }

    public Norm? FeedForwardOutputNorm { get; }

    /// <param name="input">[B, t, H].</param>
    /// <param name="pattern">What the tokens see.</param>
    /// <returns>[B, t, H], owned by the caller's scope.</returns>
    public override Tensor forward(Tensor input, AttentionPattern pattern)
    {
        using var scope = NewDisposeScope();
        var attended = Attention.forward(AttentionNorm.forward(input), pattern);
        var mixed = input + (AttentionOutputNorm?.forward(attended) ?? attended);
        var fed = FeedForward.forward(FeedForwardNorm.forward(mixed));
        return (mixed + (FeedForwardOutputNorm?.forward(fed) ?? fed)).MoveToOuterDisposeScope();
    }
}
