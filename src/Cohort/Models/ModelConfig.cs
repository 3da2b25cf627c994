using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cohort.Models;

/// <summary>The shape of a decoder-only transformer, as a folder's config.json gives it.</summary>
public sealed record ModelConfig
{
    /// <summary>The file's name in a model folder.</summary>
    public const string FileName = "config.json";

    /// <summary>How the folder's makers sample from it; of its keys only the tokens that end a completion are read.</summary>
    public const string GenerationFileName = "generation_config.json";

    /// <summary>What the family brings along beside the numbers.</summary>
    public ModelFamily Family { get; init; } = ModelFamily.Llama;

    /// <summary>V, the number of token ids.</summary>
    public int VocabularySize { get; init; } = 48;

    /// <summary>H, the width of the residual stream.</summary>
    public int HiddenSize { get; init; } = 128;

    /// <summary>Width of the feed-forward layer.</summary>
    public int IntermediateSize { get; init; } = 352;

    /// <summary>Number of blocks.</summary>
    public int Layers { get; init; } = 3;

    /// <summary>Number of query heads.</summary>
    public int Heads { get; init; } = 4;

    /// <summary>Number of key and value heads; divides <see cref="Heads"/>.</summary>
    public int KeyValueHeads { get; init; } = 4;

    /// <summary>Width of a head.</summary>
    public int HeadSize { get; init; } = 32;

    /// <summary>The longest sequence, prompt and completion together, in tokens.</summary>
    public int ContextLength { get; init; } = 256;

    /// <summary>Rotary positions of the layers that see everything, and of all layers where the family has one kind.</summary>
    public Rope Rope { get; init; } = new();

    /// <summary>Rotary positions of the layers that see a window, in the family that gives these a base of their own (Gemma 3).</summary>
    public Rope LocalRope { get; init; } = new();

    /// <summary>How many tokens a sliding layer sees, itself included; without meaning where no layer slides.</summary>
    public int SlidingWindow { get; init; }

    /// <summary>The layers that see a window of the sequence alone.</summary>
    public LayerSet SlidingLayers { get; init; } = LayerSet.None;

    /// <summary>The layers that do not turn queries and keys and so know no positions (SmolLM3).</summary>
    public LayerSet UnturnedLayers { get; init; } = LayerSet.None;

    /// <summary>The feed-forward layer's nonlinearity.</summary>
    public Activation Activation { get; init; } = Activation.Silu;

    /// <summary>attention_bias: biases of queries, keys, values and output, in the families that leave it open.</summary>
    public bool AttentionBias { get; init; }

    /// <summary>mlp_bias: biases of the feed-forward layer, in the families that leave it open.</summary>
    public bool FeedForwardBias { get; init; }

    /// <summary>Attention scores are divided by the square root of this; 0 stands for <see cref="HeadSize"/>. Only Gemma 3 writes it.</summary>
    public double QueryPreAttentionScalar { get; init; }

    /// <summary>Added to the mean square, or the variance, in norms.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Whether the output head is the embedding matrix itself.</summary>
    public bool TieEmbeddings { get; init; }

    /// <summary>The token id that begins a sequence, or -1 where the folder names none. The tokenizer writes it; here it is only carried along.</summary>
    public int BeginningOfSequence { get; init; } = -1;

    /// <summary>The end-of-sequence token id: the first that the folder names. The tokenizer's own, which demonstrations end with, may be another.</summary>
    public int EndOfSequence { get; init; } = 1;

    /// <summary>Further token ids that end a completion, such as the end of a chat turn: the others of config.json and generation_config.json.</summary>
    public IReadOnlyList<int> FurtherStops { get; init; } = [];

    /// <summary>Padding token id.</summary>
    public int Padding { get; init; }

    /// <summary>Whether sampling this token ends a completion.</summary>
    /// <param name="token">A token id.</param>
    public bool EndsCompletion(long token) => token == EndOfSequence || FurtherStops.Contains((int)token);

    internal bool AttentionHasBias => Holds(Family.AttentionBias, AttentionBias);

    internal bool AttentionOutputHasBias => Holds(Family.AttentionOutputBias, AttentionBias);

    internal bool FeedForwardHasBias => Holds(Family.FeedForwardBias, FeedForwardBias);

    /// <summary>What queries are multiplied by, beside the usual 1/sqrt(d).</summary>
    internal double QueryScale => QueryPreAttentionScalar == 0 ? 1 : Math.Sqrt(HeadSize / QueryPreAttentionScalar);

    /// <summary>The ways of turning that occur in this model.</summary>
    internal IEnumerable<LayerTurn> Turns => Enumerable.Range(0, Layers).Select(TurnOf).Distinct().Where(turn => turn != LayerTurn.None);

    /// <summary>How a layer turns its queries and keys.</summary>
    internal LayerTurn TurnOf(int layer) =>
        Family.LearnsPositions || UnturnedLayers.Contains(layer) ? LayerTurn.None
        : Family.Layers == LayerRule.MostSlide && SlidingLayers.Contains(layer) ? LayerTurn.Local
        : LayerTurn.Global;

    /// <summary>The usual feed-forward width of a hidden size: 8/3 of it, rounded to 16, so that SwiGLU has as many weights as a plain layer of 4.</summary>
    /// <param name="hiddenSize">H.</param>
    internal static int FeedForwardWidth(int hiddenSize) => Math.Max(16, ((hiddenSize * 8 / 3) + 8) / 16 * 16);

    /// <summary>Checks the relations between the numbers.</summary>
    /// <exception cref="ModelException">They cannot make a transformer.</exception>
    public void Validate()
    {
        Require(VocabularySize >= 2, $"vocab_size is {VocabularySize}; it must be at least 2");
        Require(HiddenSize >= 1 && IntermediateSize >= 1 && Layers >= 1 && ContextLength >= 2,
            $"hidden_size {HiddenSize}, intermediate_size {IntermediateSize}, num_hidden_layers {Layers} and max_position_embeddings "
            + $"{ContextLength} must be positive");
        Require(KeyValueHeads >= 1 && Heads % KeyValueHeads == 0,
            $"{Heads} attention heads do not divide into {KeyValueHeads} key-value heads; num_key_value_heads must divide num_attention_heads");
        Require(Family.LearnsPositions || (HeadSize >= 2 && HeadSize % 2 == 0), $"the head size is {HeadSize}; rotary positions need an even number");
        Require(!Family.IsFusedAndTransposed || (Heads * HeadSize == HiddenSize && KeyValueHeads == Heads),
            $"{Heads} heads of {HeadSize} with {KeyValueHeads} key-value heads do not make a hidden size of {HiddenSize}, as {Family.ModelType} needs it");
        Require(SlidingLayers.Count == 0 || SlidingWindow >= 1,
            $"sliding_window is {SlidingWindow}, but layers {SlidingLayers} see a window; it must be at least 1");
        Require(SlidingLayers.Concat(UnturnedLayers).All(layer => layer < Layers), $"layer lists reach beyond the {Layers} layers");
        Require(!AttentionBias || Family.AttentionBias == BiasRule.Configured, $"{Family.ModelType} has no choice of attention_bias");
        Require(!FeedForwardBias || Family.FeedForwardBias == BiasRule.Configured, $"{Family.ModelType} has no choice of mlp_bias");

        static void Require(bool holds, string message)
        {
            if (!holds)
            {
                throw new ModelException($"{FileName}: {message}.");
            }
        }
    }

    /// <summary>The shape of a network.</summary>
    /// <param name="network">A <see cref="LanguageModel"/> or a <see cref="ScalarModel"/>.</param>
    internal static ModelConfig Of(TorchSharp.torch.nn.Module network) => network switch
    {
        LanguageModel model => model.Config,
        ScalarModel scalar => scalar.Config,
        _ => throw new ArgumentException($"A {network.GetName()} has no shape of its own.", nameof(network)),
    };

    /// <summary>Reads the config.json of a model folder.</summary>
    /// <param name="folder">The folder, or the config.json itself under any name.</param>
    /// <exception cref="ModelException">The file is missing, malformed, or of another architecture.</exception>
    public static ModelConfig Read(string folder)
    {
        var path = PathOf(folder);
        if (!File.Exists(path))
        {
            throw new ModelException(
                $"'{folder}' has no {FileName}. A model is a Hugging Face folder with {FileName}, model.safetensors and tokenizer.json; "
                + "`cohort sft` makes one.");
        }

        try
        {
            var generation = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(path))!, GenerationFileName);
            return new ModelConfigReader(Parse(path), File.Exists(generation) ? Parse(generation) : []).Read();
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            throw new ModelException($"{path} is malformed: {error.Message}", error);
        }
    }

    /// <summary>The config.json of a folder, or the file itself.</summary>
    internal static string PathOf(string folder) => File.Exists(folder) ? folder : Path.Combine(folder, FileName);

    /// <summary>The object of a JSON file.</summary>
    internal static JsonObject Parse(string path) => JsonNode.Parse(File.ReadAllText(path)) as JsonObject
        ?? throw new ModelException($"{path} is not a JSON object.");

    /// <summary>The config.json that describes this model to other tools, in keys that versions 4 and 5 of transformers read.</summary>
    public JsonObject ToJson() => ModelConfigWriter.Write(this);

    private static bool Holds(BiasRule rule, bool configured) => rule switch
    {
        BiasRule.Never => false,
        BiasRule.Always => true,
        BiasRule.Configured => configured,
        _ => throw new UnreachableException(),
    };
}

/// <summary>How a layer turns its queries and keys.</summary>
internal enum LayerTurn
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By <see cref="ModelConfig.Rope"/>.</summary>
    Global,

    /// <summary>By <see cref="ModelConfig.LocalRope"/>.</summary>
    Local,
}
