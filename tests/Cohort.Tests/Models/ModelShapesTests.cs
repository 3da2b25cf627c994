using Cohort.Models;

namespace Cohort.Tests.Models;

/// <summary>Names and shapes of every family's folders, at the shapes of models on the hub; Models/*.txt, written down without weights.</summary>
public sealed class ModelShapesTests
{
    private static readonly ModelConfig Llama = new()
    {
        VocabularySize = 128256,
        HiddenSize = 2048,
        IntermediateSize = 8192,
        Layers = 16,
        Heads = 32,
        KeyValueHeads = 8,
        HeadSize = 64,
        ContextLength = 131072,
        TieEmbeddings = true,
    };

    private static readonly Dictionary<string, (ModelConfig Config, long Weights)> Models = new()
    {
        ["Llama-3.2-1B"] = (Llama, 1_235_814_400),
        ["Mistral-7B-v0.1"] = (
            new()
            {
                Family = ModelFamily.Mistral,
                VocabularySize = 32000,
                HiddenSize = 4096,
                IntermediateSize = 14336,
                Layers = 32,
                Heads = 32,
                KeyValueHeads = 8,
                HeadSize = 128,
                ContextLength = 32768,
            },
            7_241_732_096),
        ["Qwen2.5-0.5B"] = (
            new()
            {
                Family = ModelFamily.Qwen2,
                VocabularySize = 151936,
                HiddenSize = 896,
                IntermediateSize = 4864,
                Layers = 24,
                Heads = 14,
                KeyValueHeads = 2,
                HeadSize = 64,
                ContextLength = 32768,
                TieEmbeddings = true,
            },
            494_032_768),
        ["Qwen3-0.6B"] = (
            new()
            {
                Family = ModelFamily.Qwen3,
                VocabularySize = 151936,
                HiddenSize = 1024,
                IntermediateSize = 3072,
                Layers = 28,
                Heads = 16,
                KeyValueHeads = 8,
                HeadSize = 128,
                ContextLength = 40960,
                TieEmbeddings = true,
            },
            596_049_920),
        ["SmolLM3-3B"] = (
            Llama with
            {
                Family = ModelFamily.SmolLm3,
                IntermediateSize = 11008,
                Layers = 36,
                Heads = 16,
                KeyValueHeads = 4,
                HeadSize = 128,
                ContextLength = 65536,
            },
            3_075_098_624),
        ["gemma-3-1b"] = (
            new()
            {
                Family = ModelFamily.Gemma3,
                VocabularySize = 262144,
                HiddenSize = 1152,
                IntermediateSize = 6912,
                Layers = 26,
                Heads = 4,
                KeyValueHeads = 1,
                HeadSize = 256,
                ContextLength = 32768,
                TieEmbeddings = true,
            },
            999_885_952),
        ["gpt2"] = (
            new()
            {
                Family = ModelFamily.Gpt2,
                VocabularySize = 50257,
                HiddenSize = 768,
                IntermediateSize = 3072,
                Layers = 12,
                Heads = 12,
                KeyValueHeads = 12,
                HeadSize = 64,
                ContextLength = 1024,
                TieEmbeddings = true,
            },
            124_439_808),
    };

    public static TheoryData<string> Names => new(Models.Keys);

    [Theory]
    [MemberData(nameof(Names))]
    public void Names_and_shapes_are_those_of_the_hubs_folder(string name)
    {
        var (config, weights) = Models[name];
        var before = LiveTensors.Count;
        var shapes = ModelShapes.Of(config);
        Assert.Equal(before, LiveTensors.Count);
        Assert.Equal(weights, shapes.Sum(shape => shape.Count));
        var names = new WeightNames(config);
        Snapshot.Same($"Models/{name}.txt", string.Concat(shapes
            .OrderBy(shape => shape.Name, StringComparer.Ordinal)
            .Select(shape => $"{shape.Name} [{string.Join(',', names.IsTransposed(shape.Name) ? shape.Shape.Reverse() : shape.Shape)}]\n")));
    }
}
