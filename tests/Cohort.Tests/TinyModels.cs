using Cohort.Models;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests;

/// <summary>Small models with random weights.</summary>
internal static class TinyModels
{
    public static readonly ModelConfig Shape = new()
    {
        VocabularySize = 13,
        HiddenSize = 16,
        IntermediateSize = 32,
        Layers = 1,
        Heads = 4,
        KeyValueHeads = 2,
        HeadSize = 4,
        ContextLength = 40,
        EndOfSequence = 1,
        Padding = 0,
    };

    /// <summary>A small shape of a family: three layers, of which one slides or does not turn where the family has such layers.</summary>
    public static ModelConfig Of(ModelFamily family) => Shape with
    {
        Family = family,
        Layers = 3,
        KeyValueHeads = family == ModelFamily.Gpt2 ? 4 : 2,
        TieEmbeddings = family.Defaults.TieEmbeddings,
        Activation = family.Defaults.Activation,
        AttentionBias = family == ModelFamily.Llama,
        FeedForwardBias = family == ModelFamily.SmolLm3,
        SlidingWindow = family.Layers == LayerRule.Alike ? 0 : 3,
        SlidingLayers = family.Layers switch
        {
            LayerRule.Alike => LayerSet.None,
            LayerRule.AllSlide => LayerSet.Where(3, _ => true),
            _ => LayerSet.Where(3, layer => layer == 1),
        },
        UnturnedLayers = LayerSet.Where(3, layer => family == ModelFamily.SmolLm3 && layer == 2),
    };

    /// <summary>A policy whose distributions are far from flat; owned by the caller.</summary>
    /// <param name="sharpness">Multiplies the head's fresh weights.</param>
    /// <param name="config">The shape.</param>
    /// <param name="seed">Of the weights.</param>
    public static LanguageModel Policy(double sharpness = 20, ModelConfig? config = null, ulong seed = 5)
    {
        var shape = config ?? Shape;
        var model = new LanguageModel(shape);
        InitialWeights.Draw(model, shape, seed, Purpose.PolicyWeights);
        using var _ = no_grad();
        foreach (var (name, parameter) in model.named_parameters())
            if (name == "lm_head.weight" || (shape.TieEmbeddings && name == "model.embed_tokens.weight"))
                parameter.mul_(sharpness);
        return model;
    }
}
