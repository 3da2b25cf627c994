using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>One layer: attention and feed-forward, each behind a norm (in some families also before one) and around a residual.</summary>
internal sealed class TransformerBlock : nn.Module<Tensor, AttentionPattern, Tensor>
{
    private readonly Norm _attentionNorm;
    private readonly Attention _attention;
    private readonly Norm? _attentionOutputNorm;
    private readonly Norm _feedForwardNorm;
    private readonly FeedForward _feedForward;
    private readonly Norm? _feedForwardOutputNorm;

    public TransformerBlock(ModelConfig config, int layer, Device? device)
        : base(nameof(TransformerBlock))
    {
        var names = config.Family.Names;
        _attentionNorm = Register(names.AttentionNorm, NewNorm());
        _attention = Register(names.Attention, new Attention(config, layer, device));
        _attentionOutputNorm = config.Family.NormalizesOutputs ? Register(names.AttentionOutputNorm, NewNorm()) : null;
        _feedForwardNorm = Register(names.FeedForwardNorm, NewNorm());
        _feedForward = Register(names.FeedForward, new FeedForward(config, device));
        _feedForwardOutputNorm = config.Family.NormalizesOutputs ? Register(names.FeedForwardOutputNorm, NewNorm()) : null;

        Norm NewNorm() => new(config.Family.Norm, config.HiddenSize, config.NormEpsilon, device);

        T Register<T>(string name, T module)
            where T : nn.Module
        {
            register_module(name, module);
            return module;
        }
    }

    /// <param name="input">[B, t, H].</param>
    /// <param name="pattern">What the tokens see.</param>
    /// <returns>[B, t, H], owned by the caller's scope.</returns>
    public override Tensor forward(Tensor input, AttentionPattern pattern)
    {
        using var scope = NewDisposeScope();
        var attended = _attention.forward(_attentionNorm.forward(input), pattern);
        var mixed = input + (_attentionOutputNorm?.forward(attended) ?? attended);
        var fed = _feedForward.forward(_feedForwardNorm.forward(mixed));
        return (mixed + (_feedForwardOutputNorm?.forward(fed) ?? fed)).MoveToOuterDisposeScope();
    }
}
