using System.Text.Json.Nodes;

namespace Cohort.Models;

/// <summary>Reads a Hugging Face config.json, in the spelling of version 4 (rope_theta) and 5 (rope_parameters).</summary>
/// <param name="json">config.json.</param>
/// <param name="generation">generation_config.json, which may name further tokens that end a completion; empty where there is none.</param>
internal sealed class ModelConfigReader(JsonObject json, JsonObject generation)
{
    public ModelConfig Read()
    {
        var family = Family();
        RequireSupported(family);
        var heads = Integer("num_attention_heads");
        var hidden = Integer("hidden_size");
        int[] stops = [.. Integers(json, "eos_token_id").Concat(Integers(generation, "eos_token_id")).Distinct()];
        var config = new ModelConfig
        {
            Family = family,
            VocabularySize = Integer("vocab_size"),
            HiddenSize = hidden,
            IntermediateSize = Integer("intermediate_size"),
            Layers = Integer("num_hidden_layers"),
            Heads = heads,
            KeyValueHeads = Integer("num_key_value_heads", heads),
            HeadSize = Integer("head_dim", heads > 0 ? hidden / heads : 0),
            ContextLength = Integer("max_position_embeddings"),
            RopeTheta = (Rope()?["rope_theta"] ?? json["rope_theta"])?.GetValue<double>() ?? 10000,
            NormEpsilon = json["rms_norm_eps"]?.GetValue<double>() ?? 1e-6,
            TieEmbeddings = json["tie_word_embeddings"]?.GetValue<bool>() ?? false,
            EndOfSequence = stops.Length > 0 ? stops[0] : throw new ModelException($"{ModelConfig.FileName} names no eos_token_id."),
            FurtherStops = stops[Math.Min(1, stops.Length)..],
            Padding = Integers(json, "pad_token_id").FirstOrDefault(),
        };
        config.Validate();
        return config;
    }

    // What would change the numbers and is not computed here is refused by name.
    private void RequireSupported(ModelFamily family)
    {
        var rope = Rope()?["rope_type"]?.GetValue<string>() ?? Rope()?["type"]?.GetValue<string>() ?? "default";
        RequireValue("rope_type", rope, "default");
        RequireValue("hidden_act", json["hidden_act"]?.GetValue<string>() ?? "silu", "silu");
        RequireValue("attention_bias", Flag("attention_bias", family.AttentionBias), Word(family.AttentionBias));
        RequireValue("mlp_bias", Flag("mlp_bias", otherwise: false), "false");
        RequireValue("use_sliding_window", Flag("use_sliding_window", otherwise: false), "false");

        static void RequireValue(string key, string found, string supported)
        {
            if (!found.Equals(supported, StringComparison.OrdinalIgnoreCase))
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

    private string Flag(string key, bool otherwise) => json[key]?.ToString() ?? Word(otherwise);

    private static string Word(bool flag) => flag ? "true" : "false";

    private JsonObject? Rope() => json["rope_parameters"] as JsonObject ?? json["rope_scaling"] as JsonObject;

    private int Integer(string key) =>
        json[key]?.GetValue<int>() ?? throw new ModelException($"{ModelConfig.FileName} has no {key}.");

    private int Integer(string key, int otherwise) => json[key]?.GetValue<int>() ?? otherwise;

    private static IEnumerable<int> Integers(JsonObject from, string key) => from[key] switch
    {
        JsonArray several => several.Select(one => one!.GetValue<int>()),
        JsonValue one => [one.GetValue<int>()],
        _ => [],
    };
}
