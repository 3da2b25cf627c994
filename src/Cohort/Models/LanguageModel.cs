using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>A trunk with an output head over the vocabulary: the policy, and the frozen reference.</summary>
public sealed class LanguageModel : nn.Module
{
    private readonly Projection? _head;

    /// <summary>
    /// Builds the model; its weights are not initialized (see <see cref="InitialWeights"/> and <see cref="ModelFolder"/>).
    /// </summary>
    /// <param name="config">A valid shape.</param>
    public LanguageModel(ModelConfig config)
        : base(nameof(LanguageModel))
    {
        Trunk = new Transformer(config);
        register_module("model", Trunk);
        if (!config.TieEmbeddings)
        {
            _head = new Projection(config.HiddenSize, config.VocabularySize, hasBias: false);
            register_module("lm_head", _head);
        }
    }

    /// <summary>Everything below the head.</summary>
    public Transformer Trunk { get; }

    /// <summary>The shape.</summary>
    public ModelConfig Config => Trunk.Config;

    /// <summary>Unnormalized log-probabilities of the next token.</summary>
    /// <param name="hidden">[..., H] from the trunk.</param>
    /// <returns>[..., V], owned by the caller's scope; carries gradient.</returns>
    public Tensor Logits(Tensor hidden) => nn.functional.linear(hidden, _head is null ? Trunk.EmbeddingWeight : _head.Weight);

    /// <summary>A model without adapters that shares its weights, frozen, with this one: one base in memory under several networks.</summary>
    /// <returns>Owned by the caller.</returns>
    public LanguageModel Sharing() => BorrowedWeights.Build(this, Trunk.EmbeddingWeight, () => new LanguageModel(Config));

    /// <summary>A second model with the same weights, on the same device, that shares no memory with this one.</summary>
    /// <returns>Owned by the caller.</returns>
    public LanguageModel Copy()
    {
        var copy = new LanguageModel(Config);
        Weights.Copy(from: this, to: copy);
        return copy;
    }
}
