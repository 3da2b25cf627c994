using Cohort.Tensors;
using TorchSharp.Modules;
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
    /// <param name="device">Where the weights lie; the CPU where none is given.</param>
    public LanguageModel(ModelConfig config, Device? device = null)
        : base(nameof(LanguageModel))
    {
        Trunk = new Transformer(config, device);
        register_module(config.Family.Names.Trunk, Trunk);
        if (!config.TieEmbeddings)
        {
            _head = new Projection(config.HiddenSize, config.VocabularySize, hasBias: false, device);
            register_module(PartNames.Head, _head);
        }
    }

    /// <summary>Everything below the head.</summary>
    public Transformer Trunk { get; }

    /// <summary>The shape.</summary>
    public ModelConfig Config => Trunk.Config;

    /// <summary>[V, H] of the head, which may be the embedding.</summary>
    internal Parameter HeadWeight => _head is null ? Trunk.EmbeddingWeight : _head.Weight;

    /// <summary>What stands above the trunk, for numbers over the vocabulary that are computed in portions.</summary>
    public OutputHead Head => new(Logits, _head is null ? [Trunk.EmbeddingWeight] : [.. _head.parameters()], Config.VocabularySize);

    /// <summary>Unnormalized log-probabilities of the next token.</summary>
    /// <param name="hidden">[..., H] from the trunk.</param>
    /// <returns>[..., V], owned by the caller's scope; carries gradient.</returns>
    public Tensor Logits(Tensor hidden)
    {
        using var scope = NewDisposeScope();
        return nn.functional.linear(hidden, Precision.As(HeadWeight, hidden.dtype)).MoveToOuterDisposeScope();
    }

    /// <summary>A model without adapters that shares its weights, frozen, with this one: one base in memory under several networks.</summary>
    /// <returns>Owned by the caller.</returns>
    public LanguageModel Sharing() => BorrowedWeights.Build(this, Trunk.EmbeddingWeight, () => new LanguageModel(Config));
}
