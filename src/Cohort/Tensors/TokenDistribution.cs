using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>
/// softmax(logits / temperature) of n tokens, the distributions that sampling at that temperature draws from. Where kernels reach the logits, numbers of them
/// come from one pass over the logits, and no other tensor of their size is there; elsewhere from the log-probabilities of the whole vocabulary.
/// </summary>
public sealed class TokenDistribution
{
    private readonly double _temperature;

    // Logits where kernels reach them, log-probabilities elsewhere: [n, V].
    private readonly Tensor _numbers;

    /// <summary>Of logits; what is computed belongs to the caller's scope.</summary>
    /// <param name="logits">[n, V]; carries gradient.</param>
    /// <param name="temperature">Positive.</param>
    public TokenDistribution(Tensor logits, double temperature)
    {
        _temperature = temperature;
        OfLogits = InOnePass(logits) && logits.is_contiguous();
        _numbers = OfLogits ? logits : TokenLogProbs.Distribution(logits, temperature);
    }

    /// <summary>Whether <see cref="LogProbsAndEntropies"/> can be had.</summary>
    internal bool OfLogits { get; }

    /// <summary>Whether numbers of the distributions come from one pass over the logits: in float32 on the CPU.</summary>
    /// <param name="hidden">Of the type, and on the device, that logits are computed in.</param>
    internal static bool InOnePass(Tensor hidden) => TensorNumbers.Reach(hidden);

    /// <summary>Log-probabilities of the whole vocabulary.</summary>
    /// <returns>[n, V], nats, owned by the caller's scope; carries gradient.</returns>
    public Tensor LogProbs() => OfLogits ? TokenLogProbs.Distribution(_numbers, _temperature) : _numbers.alias();

    /// <summary>The most likely token.</summary>
    /// <returns>[n] int64, owned by the caller's scope.</returns>
    public Tensor MostLikely() => _numbers.argmax(1);

    /// <summary>Of tokens the log-probabilities, and the entropies, in one pass.</summary>
    /// <param name="tokens">[n] int64.</param>
    /// <returns>[2, n], nats, owned by the caller's scope; carries gradient.</returns>
    /// <exception cref="ArgumentException">There is not one token for each row.</exception>
    internal Tensor LogProbsAndEntropies(Tensor tokens)
    {
        Shapes.RequireRows(_numbers, tokens);
        return new LogProbAndEntropy(_temperature).Apply(_numbers, tokens);
    }

    /// <summary>Hands its tensor to the scope around this one.</summary>
    internal TokenDistribution MoveToOuterDisposeScope()
    {
        _numbers.MoveToOuterDisposeScope();
        return this;
    }
}
