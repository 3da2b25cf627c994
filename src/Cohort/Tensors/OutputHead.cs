using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>From hidden states to logits over the vocabulary: a model's head, whatever it is made of.</summary>
/// <param name="logits">From [n, H] to [n, V], owned by the caller's scope.</param>
/// <param name="parameters">What it uses that may require a gradient.</param>
/// <param name="vocabularySize">V.</param>
public sealed class OutputHead(Func<Tensor, Tensor> logits, IReadOnlyList<Tensor> parameters, int vocabularySize)
{
    /// <summary>V.</summary>
    public int VocabularySize => vocabularySize;

    /// <summary>What it uses that may require a gradient.</summary>
    public IReadOnlyList<Tensor> Parameters => parameters;

    /// <summary>[n, V] of hidden states [n, H]; owned by the caller's scope, carries gradient.</summary>
    public Tensor Logits(Tensor hidden) => logits(hidden);
}
