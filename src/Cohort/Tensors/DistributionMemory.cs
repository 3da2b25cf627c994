namespace Cohort.Tensors;

/// <summary>Memory that distributions over the vocabulary take while numbers are computed of them.</summary>
/// <param name="VocabularySize">V.</param>
/// <param name="InOnePass">Whether the numbers come from the logits in one pass (see <see cref="TokenDistribution"/>).</param>
internal readonly record struct DistributionMemory(int VocabularySize, bool InOnePass)
{
    // Bytes that one portion of tokens may take, forward and backward.
    private const long PortionBytes = 512L << 20;

    /// <summary>Tokens whose distributions are computed together, at least 1: as many as fit 512 MiB.</summary>
    public long PortionTokens => Math.Max(1, PortionBytes / BytesPerToken);

    /// <summary>What one token takes at most, with its gradient.</summary>
    public long BytesPerToken => (long)sizeof(float) * (Forward + Backward) * VocabularySize;

    /// <summary>The share of this memory that is there without a gradient.</summary>
    public double WithoutGradient => Forward / (double)(Forward + Backward);

    // Tensors [n, V] in float32 at the height of it. Forward: logits, and where there is more than one pass log-probabilities and probabilities.
    private int Forward => InOnePass ? 1 : 3;

    // The gradients of these, and one product on their way.
    private int Backward => InOnePass ? 1 : 4;

    /// <summary>Bytes of so many tokens, which go portion by portion.</summary>
    /// <param name="tokens">Of a micro-batch.</param>
    public double Of(double tokens) => BytesPerToken * Math.Min(tokens, PortionTokens);
}
