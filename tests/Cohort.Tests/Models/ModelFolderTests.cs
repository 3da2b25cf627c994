using System.Text.Json.Nodes;
using Cohort.Models;
using Cohort.Tensors;
using static TorchSharp.torch;

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
        Refused($"'{_folder.Path}' has no model.safetensors and no model.safetensors.index.json; copy or download the weights too.");
    }

    [Fact]
    public void Folder_with_a_pickle_is_refused_with_the_way_to_convert_it()
    {
        File.Move(Weights, _folder.File("pytorch_model.bin"));
        var error = Assert.Throws<ModelException>(() => ModelFolder.Load(_folder.Path));
        Assert.StartsWith($"'{_folder.Path}' has pytorch_model.bin and no model.safetensors. A pickle can run any program", error.Message);
        Assert.Contains("from_pretrained", error.Message);
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
    [InlineData("\"eos_token_id\"", "null", "config.json names no eos_token_id in [0, 13); add the id of the token that ends a sequence.")]
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

    [Theory]
    [InlineData("llama", "model.layers.0.self_attn.q_proj.bias")]
    [InlineData("llama", "model.layers.1.mlp.up_proj.weight")]
    [InlineData("llama", "layers.0.self_attn.q_norm.weight")]
    [InlineData("gpt2", "transformer.h.3.attn.c_attn.bias")]
    public void A_tensor_of_the_blocks_without_a_place_is_refused_by_name(string family, string name)
    {
        SaveWith(family, name);
        Refused($"{Weights}: tensor '{name}' has no place in the network that config.json describes, whose numbers would be others without it. Folder and "
            + "config.json do not belong together, or the model is of a kind that is not computed here.");
    }

    [Theory]
    [InlineData("llama", "model.layers.0.self_attn.rotary_emb.inv_freq")]
    [InlineData("llama", "classifier.weight")]
    [InlineData("gpt2", "transformer.h.1.attn.bias")]
    [InlineData("gpt2", "transformer.h.2.attn.masked_bias")]
    [InlineData("gpt2", "h.0.attn.bias")]
    public void Buffers_and_what_is_not_of_the_blocks_need_no_place(string family, string name)
    {
        SaveWith(family, name);
        ModelFolder.Load(_folder.Path).Dispose();
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

    [Theory]
    [InlineData(WeightType.Float32, "float32")]
    [InlineData(WeightType.Bfloat16, "bfloat16")]
    public void Weights_are_written_and_read_in_the_type_that_is_asked_for(WeightType type, string name)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Policy();
        ModelFolder.Save(model, model.Config, _folder.File("cast"), source: "", type);
        Assert.Equal(name, (string)JsonNode.Parse(File.ReadAllText(_folder.File("cast/config.json")))!["torch_dtype"]!);
        using var narrow = ModelFolder.Load(_folder.File("cast"), new Placement(CPU, ScalarType.BFloat16));
        using var wide = ModelFolder.Load(_folder.File("cast"));
        foreach (var (((_, original), (_, half)), (parameter, full)) in model.named_parameters().Zip(narrow.named_parameters()).Zip(wide.named_parameters()))
        {
            Assert.Equal((ScalarType.BFloat16, ScalarType.Float32), (half.dtype, full.dtype));
            var rounded = original.to_type(ScalarType.BFloat16);
            Assert.True(rounded.equal(half).all().item<bool>(), parameter);
            Assert.True(full.equal(type == WeightType.Float32 ? original : rounded.to_type(ScalarType.Float32)).all().item<bool>(), parameter);
        }
    }

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float64)]
    public void Weights_of_every_floating_type_are_read_as_float32(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Policy();
        SafetensorsFolder.Write(_folder.Path, model.named_parameters().Select(pair => (pair.name, (Tensor)pair.parameter)), _ => type);
        using var loaded = ModelFolder.Load(_folder.Path);
        foreach (var ((name, one), (_, other)) in model.named_parameters().Zip(loaded.named_parameters()))
            Assert.True(one.to_type(type).to_type(ScalarType.Float32).equal(other).all().item<bool>(), name);
    }

    [Fact]
    public void Weights_of_whole_numbers_are_refused()
    {
        using var scope = NewDisposeScope();
        using var model = TinyModels.Policy();
        SafetensorsFolder.Write(_folder.Path, model.named_parameters().Select(pair => (pair.name, (Tensor)pair.parameter)), _ => ScalarType.Int8);
        Assert.Contains("is Int8; weights must be float32", Assert.Throws<ModelException>(() => ModelFolder.Load(_folder.Path)).Message);
    }

    [Fact]
    public void Shards_load_back_bit_for_bit_and_what_was_there_before_is_gone()
    {
        using var model = TinyModels.Policy();
        ModelFolder.Save(model, model.Config, _folder.Path, source: "", shardBytes: 3000);
        Assert.False(File.Exists(Weights));
        Assert.True(Directory.GetFiles(_folder.Path, "model-*-of-*.safetensors").Length > 2);
        Same();
        ModelFolder.Save(model, model.Config, _folder.Path, source: "", shardBytes: 6000);
        Same();
        ModelFolder.Save(model, model.Config, _folder.Path);
        Assert.Equal(["config.json", "model.safetensors"], Directory.GetFiles(_folder.Path).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Same();

        void Same()
        {
            using var loaded = ModelFolder.Load(_folder.Path);
            foreach (var ((name, one), (_, other)) in model.named_parameters().Zip(loaded.named_parameters()))
                Assert.True(one.data<float>().SequenceEqual(other.data<float>()), name);
        }
    }

    [Fact]
    public void Folder_of_the_trunk_alone_is_read_where_the_head_is_tied_and_refused_where_it_is_not()
    {
        using var scope = NewDisposeScope();
        using var tied = TinyModels.Policy(config: TinyModels.Shape with { TieEmbeddings = true });
        ModelFolder.Save(tied, tied.Config, _folder.Path);
        SafetensorsFolder.Write(
            _folder.Path, tied.named_parameters().Select(pair => (pair.name["model.".Length..], (Tensor)pair.parameter)), type => type);
        using (var loaded = ModelFolder.Load(_folder.Path))
            Assert.True(tied.Trunk.EmbeddingWeight.equal(loaded.Trunk.EmbeddingWeight).all().item<bool>());
        SetConfig("tie_word_embeddings", false);
        Refused($"{Weights} has no tensor 'lm_head.weight'; config.json asks for it (shape [13,16]). Where the head is the embedding, set "
            + "tie_word_embeddings to true in config.json.");
    }

    [Fact]
    public void Tied_head_may_be_there_twice_or_in_place_of_the_embedding_but_not_differ()
    {
        using var scope = NewDisposeScope();
        using var tied = TinyModels.Policy(config: TinyModels.Shape with { TieEmbeddings = true });
        ModelFolder.Save(tied, tied.Config, _folder.Path);
        var others = tied.named_parameters().Select(pair => (Name: pair.name, Tensor: (Tensor)pair.parameter)).ToArray();
        Tensor embedding = tied.Trunk.EmbeddingWeight;
        Loads([.. others, ("lm_head.weight", embedding)]);
        Loads([.. others.Where(pair => pair.Name != "model.embed_tokens.weight"), ("lm_head.weight", embedding)]);
        SafetensorsFolder.Write(_folder.Path, [.. others, ("lm_head.weight", embedding * 2)], type => type);
        Refused($"{Weights}: tensor 'lm_head.weight' differs from 'model.embed_tokens.weight', but config.json has tie_word_embeddings true, which makes "
            + "them one. Set tie_word_embeddings to false in config.json.");

        void Loads((string Name, Tensor Tensor)[] tensors)
        {
            SafetensorsFolder.Write(_folder.Path, tensors, type => type);
            using var loaded = ModelFolder.Load(_folder.Path);
            Assert.True(embedding.equal(loaded.Trunk.EmbeddingWeight).all().item<bool>());
        }
    }

    [Fact]
    public void What_the_source_says_beside_the_shape_is_carried_along()
    {
        using var model = TinyModels.Policy();
        SetConfig("vendor_note", "kept");
        SetConfig("bos_token_id", 5);
        SetConfig("eos_token_id", JsonNode.Parse("[1, 6]"));
        SetConfig("dtype", "bfloat16");
        string[] carried = ["LICENSE.txt", "NOTICE", "USE_POLICY.md"];
        foreach (var name in carried.Append("README.md"))
            File.WriteAllText(_folder.File(name), $"{name} of the source");
        File.WriteAllText(_folder.File("generation_config.json"), "{\"eos_token_id\": [1, 9], \"top_k\": 20}");
        var before = JsonNode.Parse(File.ReadAllText(Config))!.AsObject();
        ModelFolder.Save(model, ModelConfig.Read(_folder.Path), _folder.File("copy"), _folder.Path);

        before["dtype"] = "float32";
        before["torch_dtype"] = "float32";
        Assert.Equal(before.ToJsonString(), JsonNode.Parse(File.ReadAllText(_folder.File("copy/config.json")))!.ToJsonString());
        Assert.Equal(
            ["LICENSE.txt", "NOTICE", "USE_POLICY.md", "config.json", "generation_config.json", "model.safetensors"],
            Directory.GetFiles(_folder.File("copy")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(carried, name => Assert.Equal($"{name} of the source", File.ReadAllText(_folder.File($"copy/{name}"))));
        Assert.Equal([6, 9], ModelConfig.Read(_folder.File("copy")).FurtherStops);
        ModelFolder.Save(model, ModelConfig.Read(_folder.Path) with { ContextLength = 24 }, _folder.File("copy"), _folder.Path);
        var shorter = JsonNode.Parse(File.ReadAllText(_folder.File("copy/config.json")))!.AsObject();
        Assert.Equal((24, "kept"), ((int)shorter["max_position_embeddings"]!, (string)shorter["vendor_note"]!));
    }

    private string Config => _folder.File("config.json");

    private string Weights => _folder.File("model.safetensors");

    // A model's folder, with a tensor that its config.json does not ask for.
    private void SaveWith(string family, string name)
    {
        using var scope = NewDisposeScope();
        var shape = family == "llama" ? TinyModels.Shape : TinyModels.Of(ModelFamily.All.Single(one => one.ModelType == family));
        using var model = TinyModels.Policy(config: shape);
        ModelFolder.Save(model, model.Config, _folder.Path);
        (string, Tensor)[] tensors;
        using (var file = SafetensorsFile.Open(Weights))
            tensors = [.. file.Names.Select(one => (one, file.Read(one))), (name, full([3], 0.7))];
        SafetensorsFolder.Write(_folder.Path, tensors, type => type);
    }

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
