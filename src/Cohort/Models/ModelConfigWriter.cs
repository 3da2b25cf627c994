using System.Text.Json.Nodes;

namespace Cohort.Models;

/// <summary>
/// Writes config.json in the keys of version 4 of transformers, which version 5 reads too. The one thing that version 4 cannot say, a stretched
/// rotary base of sliding layers, is written as version 5's rope_parameters.
/// </summary>
internal static class ModelConfigWriter
{
    public static JsonObject Write(ModelConfig config)
    {
        var json = new JsonObject
        {
            ["architectures"] = new JsonArray(config.Family.ArchitectureName),
            ["model_type"] = config.Family.ModelType,
            ["vocab_size"] = config.VocabularySize,
        };
        if (config.Family.LearnsPositions)
        {
            WriteShortNames(config, json);
        }
        else
        {
            WriteShape(config, json);
            WriteRope(config, json);
            WriteLayers(config, json);
        }

        json[config.Family.ActivationKey] = config.Family.LearnsPositions && config.Activation == Activation.GeluTanh
            ? "gelu_new"
            : Activations.NameOf(config.Activation);
        json["tie_word_embeddings"] = config.TieEmbeddings;
        json["bos_token_id"] = config.BeginningOfSequence < 0 ? null : config.BeginningOfSequence;
        json["eos_token_id"] = config.FurtherStops.Count == 0
            ? config.EndOfSequence
            : new JsonArray([config.EndOfSequence, .. config.FurtherStops]);
        json["pad_token_id"] = config.Padding;
        json["torch_dtype"] = "float32";
        return json;
    }

    private static void WriteShape(ModelConfig config, JsonObject json)
    {
        json["hidden_size"] = config.HiddenSize;
        json["intermediate_size"] = config.IntermediateSize;
        json["num_hidden_layers"] = config.Layers;
        json["num_attention_heads"] = config.Heads;
        json["num_key_value_heads"] = config.KeyValueHeads;
        json["head_dim"] = config.HeadSize;
        json["max_position_embeddings"] = config.Rope.Scaling is DynamicRope dynamic ? dynamic.TrainedLength : config.ContextLength;
        json["rms_norm_eps"] = config.NormEpsilon;
        json["attention_bias"] = config.AttentionHasBias;
        json["mlp_bias"] = config.FeedForwardHasBias;
        if (config.Family.Defaults.QueryPreAttentionScalar > 0)
        {
            json["query_pre_attn_scalar"] = Whole(config.QueryPreAttentionScalar == 0 ? config.HeadSize : config.QueryPreAttentionScalar);
        }
    }

    private static void WriteShortNames(ModelConfig config, JsonObject json)
    {
        json["n_embd"] = config.HiddenSize;
        json["n_inner"] = config.IntermediateSize;
        json["n_layer"] = config.Layers;
        json["n_head"] = config.Heads;
        json["n_positions"] = config.ContextLength;
        json["n_ctx"] = config.ContextLength;
        json["layer_norm_epsilon"] = config.NormEpsilon;
        (json["resid_pdrop"], json["embd_pdrop"], json["attn_pdrop"]) = (0.0, 0.0, 0.0);
    }

    private static void WriteRope(ModelConfig config, JsonObject json)
    {
        json["rope_theta"] = config.Rope.Theta;
        if (config.Family.Layers != LayerRule.MostSlide)
        {
            json["rope_scaling"] = RopeReader.Write(config.Rope.Scaling);
            return;
        }

        json["rope_local_base_freq"] = config.LocalRope.Theta;
        if (config.LocalRope.Scaling is UnscaledRope)
        {
            json["rope_scaling"] = RopeReader.Write(config.Rope.Scaling);
            return;
        }

        json["rope_parameters"] = new JsonObject
        {
            ["full_attention"] = Parameters(config.Rope),
            ["sliding_attention"] = Parameters(config.LocalRope),
        };

        static JsonObject Parameters(Rope rope)
        {
            var parameters = RopeReader.Write(rope.Scaling) ?? new() { ["rope_type"] = "default" };
            parameters["rope_theta"] = rope.Theta;
            return parameters;
        }
    }

    private static void WriteLayers(ModelConfig config, JsonObject json)
    {
        var window = config.SlidingLayers.Count > 0 ? (JsonNode?)config.SlidingWindow : null;
        switch (config.Family.Layers)
        {
            case LayerRule.Alike:
                break;
            case LayerRule.AllSlide:
                json["sliding_window"] = window;
                break;
            case LayerRule.LaterSlide:
                json["use_sliding_window"] = window is not null;
                json["sliding_window"] = window;
                json["max_window_layers"] = config.SlidingLayers.FirstOrDefault(config.Layers);
                json["layer_types"] = LayerListReader.Write(config);
                break;
            case LayerRule.SomeDoNotTurn:
                json["use_sliding_window"] = window is not null;
                json["sliding_window"] = window;
                json["no_rope_layers"] = new JsonArray(
                    [.. Enumerable.Range(0, config.Layers).Select(layer => (JsonNode)(config.UnturnedLayers.Contains(layer) ? 0 : 1))]);
                json["layer_types"] = LayerListReader.Write(config);
                break;
            case LayerRule.MostSlide:
                json["sliding_window"] = window;
                json["layer_types"] = LayerListReader.Write(config);
                break;
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    // A whole number where it is one: some readers take nothing else.
    private static JsonNode Whole(double value) => value == Math.Floor(value) ? (long)value : value;
}
