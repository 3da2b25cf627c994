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

    /// <summary>Base of the rotary angles.</summary>
    public double RopeTheta { get; init; } = 10000;

    /// <summary>Added to the mean square in RMS norms.</summary>
    public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Whether the output head is the embedding matrix itself.</summary>
    public bool TieEmbeddings { get; init; }

    /// <summary>The end-of-sequence token id that is written behind demonstrations: the first that the folder names.</summary>
    public int EndOfSequence { get; init; } = 1;

    /// <summary>Further token ids that end a completion, such as the end of a chat turn: the others of config.json and generation_config.json.</summary>
    public IReadOnlyList<int> FurtherStops { get; init; } = [];

    /// <summary>Padding token id.</summary>
    public int Padding { get; init; }

    /// <summary>Whether sampling this token ends a completion.</summary>
    /// <param name="token">A token id.</param>
    public bool EndsCompletion(long token) => token == EndOfSequence || FurtherStops.Contains((int)token);

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
        Require(HeadSize >= 2 && HeadSize % 2 == 0, $"the head size is {HeadSize}; rotary positions need an even number");

        static void Require(bool holds, string message)
        {
            if (!holds)
            {
                throw new ModelException($"{FileName}: {message}.");
            }
        }
    }

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

    /// <summary>The config.json that describes this model to other tools.</summary>
    public JsonObject ToJson() => new()
    {
        ["architectures"] = new JsonArray(Family.ArchitectureName),
        ["model_type"] = Family.ModelType,
        ["vocab_size"] = VocabularySize,
        ["hidden_size"] = HiddenSize,
        ["intermediate_size"] = IntermediateSize,
        ["num_hidden_layers"] = Layers,
        ["num_attention_heads"] = Heads,
        ["num_key_value_heads"] = KeyValueHeads,
        ["head_dim"] = HeadSize,
        ["max_position_embeddings"] = ContextLength,
        ["rope_theta"] = RopeTheta,
        ["rope_scaling"] = null,
        ["rms_norm_eps"] = NormEpsilon,
        ["hidden_act"] = "silu",
        ["attention_bias"] = Family.AttentionBias,
        ["mlp_bias"] = false,
        ["tie_word_embeddings"] = TieEmbeddings,
        ["bos_token_id"] = null,
        ["eos_token_id"] = FurtherStops.Count == 0 ? EndOfSequence : new JsonArray([EndOfSequence, .. FurtherStops]),
        ["pad_token_id"] = Padding,
        ["torch_dtype"] = "float32",
    };
}
