using System.Text.Json.Nodes;

namespace Cohort.Models;

/// <summary>Reads a Hugging Face config.json, in the spelling of version 4 (rope_theta, rope_scaling) and 5 (rope_parameters).</summary>
/// <param name="json">config.json.</param>
/// <param name="generation">generation_config.json, which may name further tokens that end a completion; empty where there is none.</param>
internal sealed class ModelConfigReader(JsonObject json, JsonObject generation)
{
    public ModelConfig Read()
    {
        var family = Family();
        var defaults = family.Defaults;
        RequireSupported(family);
        var heads = Integer("num_attention_heads", "n_head");
        var hidden = Integer("hidden_size", "n_embd");
        var length = Integer("max_position_embeddings", "n_positions");
        var layers = new LayerListReader(json, Integer("num_hidden_layers", "n_layer"), family);
        var rope = new RopeReader(json, length, defaults.RopeTheta);
        var vocabulary = Integer("vocab_size");

        // Old folders write -1 for none; an id beyond the vocabulary is never sampled.
        int[] stops = [.. Integers(json, "eos_token_id").Concat(Integers(generation, "eos_token_id")).Where(id => id >= 0 && id < vocabulary).Distinct()];
        var config = new ModelConfig
        {
            Family = family,
            VocabularySize = vocabulary,
            HiddenSize = hidden,
            IntermediateSize = family.IsGated ? Integer("intermediate_size") : json["n_inner"]?.GetValue<int>() ?? 4 * hidden,
            Layers = layers.Count,
            Heads = heads,
            KeyValueHeads = json.ContainsKey("num_key_value_heads") || defaults.KeyValueHeads == 0
                ? json["num_key_value_heads"]?.GetValue<int>() ?? heads
                : defaults.KeyValueHeads,
            HeadSize = json["head_dim"]?.GetValue<int>() ?? (defaults.HeadSize > 0 ? defaults.HeadSize : heads > 0 ? hidden / heads : 0),
            Rope = family.Layers == LayerRule.MostSlide ? rope.Full() : rope.Only(),
            LocalRope = family.Layers == LayerRule.MostSlide ? rope.Sliding() : new(),
            SlidingLayers = layers.Sliding,
            SlidingWindow = layers.Window,
            UnturnedLayers = layers.Unturned,
            Activation = ActivationOf(family),
            AttentionBias = family.AttentionBias == BiasRule.Configured && Flag("attention_bias"),
            FeedForwardBias = family.FeedForwardBias == BiasRule.Configured && Flag("mlp_bias"),
            NormEpsilon = Number("rms_norm_eps") ?? Number("layer_norm_epsilon") ?? defaults.NormEpsilon,
            TieEmbeddings = json["tie_word_embeddings"]?.GetValue<bool>() ?? defaults.TieEmbeddings,
            BeginningOfSequence = Integers(json, "bos_token_id").FirstOrDefault(-1),
            EndOfSequence = stops.Length > 0 ? stops[0] : throw new ModelException(
                $"{ModelConfig.FileName} names no eos_token_id in [0, {vocabulary}); add the id of the token that ends a sequence."),
            FurtherStops = stops[Math.Min(1, stops.Length)..],
            Padding = Integers(json, "pad_token_id").FirstOrDefault(id => id >= 0 && id < vocabulary),
        };
        if (defaults.QueryPreAttentionScalar > 0 && (Number("query_pre_attn_scalar") ?? defaults.QueryPreAttentionScalar) is var scalar
            && scalar != config.HeadSize)
        {
            config = config with { QueryPreAttentionScalar = scalar };
        }

        config = config with { ContextLength = config.Rope.Scaling is DynamicRope dynamic ? (int)(dynamic.Factor * length) : length };
        config.Validate();
        return config;
    }

    // What would change the numbers and is not computed here is refused by name.
    private void RequireSupported(ModelFamily family)
    {
        if (json["quantization_config"] is JsonObject quantization)
        {
            throw new ModelException(
                $"{ModelConfig.FileName} has a quantization_config ({quantization["quant_method"]}); Cohort reads weights in float32, float16 and "
                + "bfloat16. Take the folder that was quantized, or dequantize this one.");
        }

        foreach (var (key, supported) in family.Fixed)
        {
            Require(key, supported);
        }

        void Require(string key, string supported)
        {
            if (json[key] is { } found && !found.ToString().Equals(supported, StringComparison.OrdinalIgnoreCase))
            {
                throw new ModelException($"{ModelConfig.FileName} has {key} '{found}'; Cohort computes only '{supported}'.");
            }
        }
    }

    private ModelFamily Family()
    {
        var type = json["model_type"]?.GetValue<string>();
        return ModelFamily.All.FirstOrDefault(family => family.ModelType == type) ?? throw new ModelException(
            $"{ModelConfig.FileName} has model_type '{type}'; Cohort knows: {string.Join(", ", ModelFamily.All.Select(family => family.ModelType))}.");
    }

    private Activation ActivationOf(ModelFamily family) => json[family.ActivationKey]?.GetValue<string>() is { } name
        ? Activations.Named(family.ActivationKey, name)
        : family.Defaults.Activation;

    private bool Flag(string key) => json[key]?.GetValue<bool>() ?? false;

    private double? Number(string key) => json[key]?.GetValue<double>();

    private int Integer(string key) =>
        json[key]?.GetValue<int>() ?? throw new ModelException($"{ModelConfig.FileName} has no {key}.");

    // GPT-2 has short names of its own.
    private int Integer(string key, string alias) => Integer(json.ContainsKey(alias) && !json.ContainsKey(key) ? alias : key);

    private static IEnumerable<int> Integers(JsonObject from, string key) => from[key] switch
    {
        JsonArray several => several.Select(one => one!.GetValue<int>()),
        JsonValue one => [one.GetValue<int>()],
        _ => [],
    };
}
