using System.Text.Json.Nodes;
using Cohort.Models;
using Cohort.Tensors;

namespace Cohort.Tests.Models;

public sealed class ModelFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public ModelFolderTests()
    {
        using var model = TinyModels.Policy();
        ModelFolder.Save(model, model.Config, _folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Folder_without_config_is_refused()
    {
        File.Delete(Config);
        Refused($"'{_folder.Path}' has no config.json. A model is a Hugging Face folder with config.json, model.safetensors and tokenizer.json; "
            + "`cohort sft` makes one.");
    }

    [Fact]
    public void Folder_without_weights_is_refused()
    {
        File.Delete(Weights);
        Refused($"'{_folder.Path}' has no model.safetensors; the weights must be there in one file.");
    }

    [Theory]
    [InlineData("\"model_type\"", "\"mamba\"",
        "config.json has model_type 'mamba'; Cohort knows: llama, mistral, qwen2, qwen3, smollm3, gemma3_text, gpt2.")]
    [InlineData("\"hidden_act\"", "\"quick_gelu\"",
        "config.json has hidden_act 'quick_gelu'; Cohort computes: silu, swish, gelu, gelu_pytorch_tanh, gelu_new, relu.")]
    [InlineData("\"rope_scaling\"", "{\"rope_type\": \"longrope\"}",
        "config.json has rope_type 'longrope'; Cohort computes: default, linear, dynamic, yarn, llama3.")]
    [InlineData("\"rope_scaling\"", "{\"type\": \"linear\"}", "config.json stretches rotary positions without a factor.")]
    [InlineData("\"rope_scaling\"", "{\"type\": \"linear\", \"factor\": -2}",
        "config.json: the rope factor is -2; it must be a positive number.")]
    [InlineData("\"partial_rotary_factor\"", "0.5", "config.json has partial_rotary_factor '0.5'; Cohort computes only '1'.")]
    [InlineData("\"quantization_config\"", "{\"quant_method\": \"awq\"}",
        "config.json has a quantization_config (awq); Cohort reads weights in float32, float16 and bfloat16. Take the folder that was quantized, "
        + "or dequantize this one.")]
    [InlineData("\"vocab_size\"", "null", "config.json has no vocab_size.")]
    [InlineData("\"eos_token_id\"", "null", "config.json names no eos_token_id.")]
    [InlineData("\"num_key_value_heads\"", "3",
        "config.json: 4 attention heads do not divide into 3 key-value heads; num_key_value_heads must divide num_attention_heads.")]
    [InlineData("\"head_dim\"", "5", "config.json: the head size is 5; rotary positions need an even number.")]
    public void Config_that_cannot_be_computed_is_refused(string key, string value, string message)
    {
        SetConfig(key.Trim('"'), JsonNode.Parse(value));
        Refused(message);
    }

    [Fact]
    public void Config_that_is_no_object_or_malformed_is_refused()
    {
        File.WriteAllText(Config, "[3]");
        Refused($"{Config} is not a JSON object.");
        File.WriteAllText(Config, "{\"model_type\": ");
        Assert.StartsWith($"{Config} is malformed: ", Assert.Throws<ModelException>(() => ModelFolder.Load(_folder.Path)).Message);
        SetConfig("hidden_size", JsonValue.Create("wide"), JsonNode.Parse("{\"model_type\": \"llama\", \"num_attention_heads\": 4}")!.AsObject());
        Assert.StartsWith($"{Config} is malformed: ", Assert.Throws<ModelException>(() => ModelFolder.Load(_folder.Path)).Message);
    }

    [Fact]
    public void Weights_of_another_shape_are_refused()
    {
        SetConfig("intermediate_size", 48);
        Refused($"{Weights}: tensor 'model.layers.0.mlp.gate_proj.weight' has shape [32,16], but config.json asks for [48,16].");
    }

    [Fact]
    public void Missing_tensor_is_refused()
    {
        SetConfig("num_hidden_layers", 2);
        Refused($"{Weights} has no tensor 'model.layers.1.input_layernorm.weight'; config.json asks for it (shape [16]).");
    }

    [Fact]
    public void Several_ends_of_sequence_name_the_first()
    {
        SetConfig("eos_token_id", JsonNode.Parse("[7, 9]"));
        Assert.Equal(7, ModelConfig.Read(_folder.Path).EndOfSequence);
    }

    [Fact]
    public void Critic_folder_reads_back_into_a_critic()
    {
        using var critic = new Critic(TinyModels.Shape);
        InitialWeights.Draw(critic, TinyModels.Shape, seed: 3, Purpose.CriticWeights);
        ModelFolder.Save(critic, critic.Config, _folder.File("critic"));
        using var other = new Critic(ModelConfig.Read(_folder.File("critic")));
        ModelFolder.ReadWeights(other, _folder.File("critic"));
        foreach (var ((name, one), (_, again)) in critic.named_parameters().Zip(other.named_parameters()))
            Assert.True(one.data<float>().SequenceEqual(again.data<float>()), name);
    }

    private string Config => _folder.File("config.json");

    private string Weights => _folder.File("model.safetensors");

    private void Refused(string message)
    {
        var before = LiveTensors.Count;
        Assert.Equal(message, Assert.Throws<ModelException>(() => ModelFolder.Load(_folder.Path)).Message);
        Assert.Equal(before, LiveTensors.Count);
    }

    private void SetConfig(string key, JsonNode? value, JsonObject? json = null)
    {
        json ??= JsonNode.Parse(File.ReadAllText(Config))!.AsObject();
        json[key] = value;
        File.WriteAllText(Config, json.ToJsonString());
    }
}
