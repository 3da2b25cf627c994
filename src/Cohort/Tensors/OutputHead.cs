using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>From hidden states to logits over the vocabulary: a model's head, whatever it is made of.</summary>
/// <param name="logits">From [n, H] to [n, V], owned by the caller's scope.</param>
/// <param name="parameters">What it uses that may require a gradient.</param>
/// <param name="vocabularySize">V.</param>
public sealed class OutputHead(Func<Tensor, Tensor> logits, IReadOnlyList<Tensor> parameters, int vocabularySize)
{
    // Bytes that one portion of tokens may take, forward and backward.
    private const long PortionBytes = 512L << 20;

    // Copies of [n, V] in float32 at the height of it: logits, log-probabilities, probabilities, and their gradients.
    private const int Copies = 7;

    /// <summary>Tokens whose distributions are computed together, at least 1: as many as fit 512 MiB.</summary>
    public long PortionRows => RowsOf(vocabularySize);

    /// <summary>What it uses that may require a gradient.</summary>
    public IReadOnlyList<Tensor> Parameters => parameters;

    /// <inheritdoc cref="PortionRows"/>
    public static long RowsOf(int vocabularySize) => Math.Max(1, PortionBytes / BytesPerToken(vocabularySize));

    /// <summary>Bytes that the distribution of one token takes at most, with its gradient.</summary>
    public static long BytesPerToken(int vocabularySize) => (long)Copies * sizeof(float) * vocabularySize;

    /// <summary>[n, V] of hidden states [n, H]; owned by the caller's scope, carries gradient.</summary>
    public Tensor Logits(Tensor hidden) => logits(hidden);
}
