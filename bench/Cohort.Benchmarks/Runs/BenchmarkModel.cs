using Cohort.Models;
using Cohort.Tensors;

namespace Cohort.Benchmarks.Runs;

/// <summary>Models of the shapes that bench/peer.py has too.</summary>
internal enum ModelShape
{
    /// <summary>3.0 M parameters.</summary>
    Tiny,

    /// <summary>25 M parameters.</summary>
    Small,

    /// <summary>Qwen2.5-0.5B's widths, without its biases.</summary>
    Qwen05B,
}

/// <summary>Makes models with random weights.</summary>
internal static class BenchmarkModel
{
    /// <summary>A shape's numbers. No token ends a sequence.</summary>
    public static ModelConfig Config(ModelShape shape)
    {
        var config = new ModelConfig { ContextLength = 2048, TieEmbeddings = true, EndOfSequence = -1, NormEpsilon = 1e-6, HeadSize = 64 };
        return shape switch
        {
            ModelShape.Tiny => config with { HiddenSize = 256, Layers = 4, Heads = 4, KeyValueHeads = 2, IntermediateSize = 688, VocabularySize = 512 },
            ModelShape.Small => config with { HiddenSize = 512, Layers = 8, Heads = 8, KeyValueHeads = 4, IntermediateSize = 1376, VocabularySize = 4096 },
            ModelShape.Qwen05B => config with
            {
                HiddenSize = 896,
                Layers = 24,
                Heads = 14,
                KeyValueHeads = 2,
                IntermediateSize = 4864,
                VocabularySize = 151936,
            },
            _ => throw new System.Diagnostics.UnreachableException(),
        };
    }

    /// <summary>A model with random weights, owned by the caller.</summary>
    public static LanguageModel New(ModelConfig config)
    {
        var model = new LanguageModel(config);
        InitialWeights.Draw(model, config, seed: 5, Purpose.PolicyWeights);
        NativeMemory.Suit(Weights.Count(model));
        return model;
    }
}
