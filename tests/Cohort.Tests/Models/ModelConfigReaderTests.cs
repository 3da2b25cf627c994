using System.Text.Json.Nodes;
using Cohort.Models;

namespace Cohort.Tests.Models;

/// <summary>What the families' keys mean, keys that are missing included.</summary>
public sealed class ModelConfigReaderTests
{
    private const string Shape = """
        "vocab_size": 96, "hidden_size": 24, "intermediate_size": 40, "num_hidden_layers": 5, "num_attention_heads": 6,
        "max_position_embeddings": 64, "eos_token_id": 2
        """;

    public static TheoryData<string> Families => new(ModelFamily.All.Select(family => family.ModelType));

    [Theory]
    [InlineData("llama", "", 6, 4, false, "[]", "[]", 0, 10000)]
    [InlineData("llama", ", \"sliding_window\": 7, \"head_dim\": 8, \"num_key_value_heads\": 3", 3, 8, false, "[]", "[]", 0, 10000)]
    [InlineData("mistral", ", \"num_key_value_heads\": 2", 2, 4, false, "[0, 1, 2, 3, 4]", "[]", 4096, 10000)]
    [InlineData("mistral", ", \"num_key_value_heads\": 2, \"sliding_window\": null", 2, 4, false, "[]", "[]", 0, 10000)]
    [InlineData("qwen2", ", \"sliding_window\": 9, \"max_window_layers\": 2", 6, 4, false, "[]", "[]", 0, 10000)]
    [InlineData("qwen2", ", \"sliding_window\": 9, \"max_window_layers\": 2, \"use_sliding_window\": true", 6, 4, false, "[2, 3, 4]", "[]", 9, 10000)]
    [InlineData("qwen3", ", \"rope_theta\": 1000000, \"tie_word_embeddings\": true", 6, 128, true, "[]", "[]", 0, 1000000)]
    [InlineData("smollm3", ", \"num_key_value_heads\": null", 6, 4, true, "[]", "[3]", 0, 2000000)]
    [InlineData("smollm3", ", \"num_key_value_heads\": 3, \"no_rope_layer_interval\": 2, \"use_sliding_window\": true, \"sliding_window\": 5",
        3, 4, true, "[1, 3]", "[1, 3]", 5, 2000000)]
    [InlineData("gemma3_text", ", \"num_key_value_heads\": 1, \"sliding_window_pattern\": 3", 1, 256, true, "[0, 1, 3, 4]", "[]", 4096, 1000000)]
    [InlineData("gemma3_text", ", \"num_key_value_heads\": 1, \"sliding_window\": 12", 1, 256, true, "[0, 1, 2, 3, 4]", "[]", 12, 1000000)]
    public void Missing_keys_mean_what_the_family_says(
        string type, string keys, int keyValueHeads, int headSize, bool tied, string sliding, string unturned, int window, double theta)
    {
        var config = Read(type, keys);
        Assert.Equal(
            (keyValueHeads, headSize, tied, sliding, unturned, window, theta),
            (config.KeyValueHeads, config.HeadSize, config.TieEmbeddings, config.SlidingLayers.ToString(), config.UnturnedLayers.ToString(),
                config.SlidingWindow, config.Rope.Theta));
    }

    [Theory]
    [InlineData("\"rope_scaling\": {\"type\": \"linear\", \"factor\": 2.5}", 64)]
    [InlineData("\"rope_scaling\": {\"rope_type\": \"dynamic\", \"factor\": 3}", 192)]
    [InlineData("\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4, \"original_max_position_embeddings\": 16}", 64)]
    [InlineData("\"rope_parameters\": {\"rope_type\": \"yarn\", \"factor\": 4, \"mscale\": 0.7, \"mscale_all_dim\": 1.3, \"truncate\": false}", 64)]
    [InlineData("\"rope_parameters\": {\"rope_type\": \"llama3\", \"rope_theta\": 500000.0, \"factor\": 8, \"low_freq_factor\": 1, "
        + "\"high_freq_factor\": 4, \"original_max_position_embeddings\": 32}", 64)]
    public void Stretched_positions_come_back_as_they_were_written(string keys, int context)
    {
        var config = Read("llama", ", " + keys);
        Assert.NotEqual(RopeScaling.None, config.Rope.Scaling);
        Assert.Equal(context, config.ContextLength);
        Assert.Equal(config, Again(config));
    }

    [Fact]
    public void Yarns_temperature_comes_from_both_scales_or_from_the_factor()
    {
        Assert.Equal((0.1 * Math.Log(4)) + 1, Yarn("").AttentionFactor, 12);
        Assert.Equal(((0.07 * Math.Log(4)) + 1) / ((0.13 * Math.Log(4)) + 1), Yarn(", \"mscale\": 0.7, \"mscale_all_dim\": 1.3").AttentionFactor, 12);
        Assert.Equal(0.6, Yarn(", \"attention_factor\": 0.6, \"mscale\": 0.7, \"mscale_all_dim\": 1.3").AttentionFactor);

        static YarnRope Yarn(string keys) =>
            Assert.IsType<YarnRope>(Read("llama", $", \"rope_scaling\": {{\"type\": \"yarn\", \"factor\": 4{keys}}}").Rope.Scaling);
    }

    [Fact]
    public void Both_rotary_bases_of_Gemma_come_back_as_they_were_written()
    {
        var config = Read("gemma3_text", """
            , "num_key_value_heads": 2, "head_dim": 4, "query_pre_attn_scalar": 168, "rope_parameters": {
            "full_attention": {"rope_type": "linear", "factor": 8.0, "rope_theta": 1000000.0},
            "sliding_attention": {"rope_type": "linear", "factor": 2.0, "rope_theta": 30000.0}}
            """);
        Assert.Equal(new Rope { Theta = 1e6, Scaling = new LinearRope { Factor = 8 } }, config.Rope);
        Assert.Equal(new Rope { Theta = 30000, Scaling = new LinearRope { Factor = 2 } }, config.LocalRope);
        Assert.Equal(168, config.QueryPreAttentionScalar);
        Assert.Equal(config, Again(config));
    }

    [Theory]
    [InlineData("gemma3_text", "\"final_logit_softcapping\": 30.0", "config.json has final_logit_softcapping '30.0'; Cohort computes only 'null'.")]
    [InlineData("gemma3_text", "\"attn_logit_softcapping\": 50.0", "config.json has attn_logit_softcapping '50.0'; Cohort computes only 'null'.")]
    [InlineData("gemma3_text", "\"use_bidirectional_attention\": true",
        "config.json has use_bidirectional_attention 'true'; Cohort computes only 'false'.")]
    [InlineData("gpt2", "\"scale_attn_by_inverse_layer_idx\": true",
        "config.json has scale_attn_by_inverse_layer_idx 'true'; Cohort computes only 'false'.")]
    [InlineData("gpt2", "\"scale_attn_weights\": false", "config.json has scale_attn_weights 'false'; Cohort computes only 'true'.")]
    [InlineData("qwen2", "\"layer_types\": [\"full_attention\"]", "config.json has 1 layer_types for 5 layers.")]
    [InlineData("qwen3", "\"layer_types\": [\"full_attention\", \"full_attention\", \"chunked_attention\", \"full_attention\", \"full_attention\"]",
        "config.json has layer_types with 'chunked_attention'; Cohort computes 'full_attention' and 'sliding_attention'.")]
    [InlineData("qwen2",
        "\"layer_types\": [\"full_attention\", \"full_attention\", \"sliding_attention\", \"full_attention\", \"full_attention\"]",
        "config.json has layer_types with 'sliding_attention', but no sliding_window that is used (sliding_window '', use_sliding_window '').")]
    [InlineData("smollm3", "\"no_rope_layers\": [1, 0]", "config.json has 2 no_rope_layers for 5 layers.")]
    public void What_is_not_computed_is_refused_by_name(string type, string keys, string message) =>
        Assert.Equal(message, Assert.Throws<ModelException>(() => Read(type, $", \"num_key_value_heads\": 6, {keys}")).Message);

    [Theory]
    [InlineData(-1, 0)]
    [InlineData(96, 0)]
    [InlineData(95, 95)]
    public void Padding_that_is_no_token_is_the_first_token(int id, int expected) =>
        Assert.Equal(expected, Read("llama", $", \"pad_token_id\": {id}").Padding);

    [Fact]
    public void Ends_of_sequence_that_are_no_tokens_are_left_out()
    {
        var json = JsonNode.Parse($"{{\"model_type\": \"llama\", {Shape}}}")!.AsObject();
        json["eos_token_id"] = new JsonArray(-1, 96, 7, 95);
        var config = new ModelConfigReader(json, JsonNode.Parse("""{"eos_token_id": [97, 5, -3]}""")!.AsObject()).Read();
        Assert.Equal(7, config.EndOfSequence);
        Assert.Equal([95, 5], config.FurtherStops);
        json["eos_token_id"] = new JsonArray(-1, 96);
        Assert.Equal(
            "config.json names no eos_token_id in [0, 96); add the id of the token that ends a sequence.",
            Assert.Throws<ModelException>(() => new ModelConfigReader(json, []).Read()).Message);
    }

    [Theory]
    [MemberData(nameof(Families))]
    public void A_shape_of_every_family_comes_back_as_it_was_written(string type)
    {
        var family = ModelFamily.All.Single(one => one.ModelType == type);
        var config = TinyModels.Of(family);
        var json = config.ToJson();
        Assert.Equal(config, Again(config));
        Assert.Equal((family.ArchitectureName, type), ((string)json["architectures"]![0]!, (string)json["model_type"]!));
    }

    [Fact]
    public void Sets_of_layers_are_equal_by_their_layers()
    {
        Assert.Equal(LayerSet.Where(5, layer => layer % 2 == 0), LayerSet.Where(6, layer => layer is 0 or 2 or 4));
        Assert.NotEqual(LayerSet.Where(5, layer => layer % 2 == 0), LayerSet.Where(5, layer => layer is 0 or 2));
        Assert.Equal("[0, 2, 4]", LayerSet.Where(5, layer => layer % 2 == 0).ToString());
    }

    private static ModelConfig Again(ModelConfig config) =>
        new ModelConfigReader(JsonNode.Parse(config.ToJson().ToJsonString())!.AsObject(), []).Read();

    private static ModelConfig Read(string type, string keys) =>
        new ModelConfigReader(JsonNode.Parse($"{{\"model_type\": \"{type}\", {Shape}{keys}}}")!.AsObject(), []).Read();
}
