using System.Text.Json;
using System.Text.Json.Nodes;
using Cohort.Models;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Models;

public sealed class AdapterFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public AdapterFolderTests()
    {
        using var model = TinyModels.Policy(config: TinyModels.Shape with { Layers = 2 });
        ModelFolder.Save(model, model.Config, Base);
        Adapters.Attach(model, "q_proj,down_proj", new(3, 5, true), seed: 4);
        using (no_grad())
        {
            foreach (var (index, (_, layer)) in Adapters.Adapted(model).Index())
                layer.Adapter!.Up.fill_(0.1 * (index + 1));
        }

        AdapterFolder.Save(model, Adapter, Base, dropout: 0.25);
    }

    public static TheoryData<string> Golden => [.. Directory.GetDirectories(GoldenFolder("adapters")).Select(path => Path.GetFileName(path)).Where(IsKnown)];

    private string Base => _folder.File("base");

    private string Adapter => _folder.File("adapter");

    private string Config => Path.Combine(Adapter, "adapter_config.json");

    public void Dispose() => _folder.Dispose();

    // By tools/golden/adapters.py: another implementation of PEFT's rules merges the adapter, transformers computes.
    [Theory]
    [MemberData(nameof(Golden))]
    public void An_adapter_gives_the_logits_of_the_merged_model(string family)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var folder = Path.Combine(GoldenFolder("adapters"), family);
        var expected = JsonElement.Parse(File.ReadAllText(Path.Combine(folder, "expected.json")));
        using var model = ModelFolder.Load(folder);
        using var plain = ModelFolder.Load(Path.Combine(GoldenFolder("models"), family));
        using var merged = Adapters.Merge(ModelFolder.Load(folder));
        foreach (var (ids, logits) in expected.GetProperty("input_ids").EnumerateArray().Zip(expected.GetProperty("logits").EnumerateArray()))
        {
            var tokens = tensor(ids.EnumerateArray().Select(id => id.GetInt64()).ToArray()).unsqueeze(0);
            var numbers = logits.EnumerateArray().SelectMany(row => row.EnumerateArray().Select(logit => logit.GetDouble())).ToArray();
            Numbers.Same(numbers, Logits(model, tokens), 2e-5);
            Numbers.Same(numbers, Logits(merged, tokens), 2e-5);
            Assert.True((Logits(model, tokens) - Logits(plain, tokens)).abs().max().item<float>() > 0.05);
        }

        using var copy = plain.Sharing();
        Adapters.Copy(from: model, to: copy);
        AdapterFolder.Save(copy, _folder.File("again"), Path.Combine(GoldenFolder("models"), family), dropout: 0.05);
        using var again = ModelFolder.Load(_folder.File("again"));
        Numbers.Same(Logits(model, tensor(new long[] { 5, 17, 200 }, [1, 3])), Logits(again, tensor(new long[] { 5, 17, 200 }, [1, 3])), 0);
    }

    [Fact]
    public void A_saved_adapter_has_PEFTs_names_and_keys()
    {
        using var file = SafetensorsFile.Open(Path.Combine(Adapter, "adapter_model.safetensors"));
        Assert.Equal(
            [
                "base_model.model.model.layers.0.mlp.down_proj.lora_A.weight [3,32]", "base_model.model.model.layers.0.mlp.down_proj.lora_B.weight [16,3]",
                "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight [3,16]", "base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight [16,3]",
                "base_model.model.model.layers.1.mlp.down_proj.lora_A.weight [3,32]", "base_model.model.model.layers.1.mlp.down_proj.lora_B.weight [16,3]",
                "base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight [3,16]", "base_model.model.model.layers.1.self_attn.q_proj.lora_B.weight [16,3]",
            ],
            file.Names.Select(name => $"{name} [{string.Join(',', file.Entry(name).Shape)}]"));
        Assert.Equal("pt", file.Metadata["format"]);
        var json = JsonNode.Parse(File.ReadAllText(Config))!;
        Assert.Equal(Base, json["base_model_name_or_path"]!.ToString());
        json["base_model_name_or_path"] = "";
        Assert.Equal(
            """
            {"alpha_pattern":{},"auto_mapping":null,"base_model_name_or_path":"","bias":"none","fan_in_fan_out":false,"inference_mode":true,"init_lora_weights":true,
            "layers_pattern":null,"layers_to_transform":null,"lora_alpha":5,"lora_dropout":0.25,"modules_to_save":null,"peft_type":"LORA","r":3,
            "rank_pattern":{},"revision":null,"target_modules":["down_proj","q_proj"],"task_type":"CAUSAL_LM","use_dora":false,"use_rslora":true}
            """.ReplaceLineEndings(""),
            json.ToJsonString());
    }

    [Fact]
    public void A_critics_adapter_is_saved_with_its_head()
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var policy = ModelFolder.Load(Adapter);
        using var critic = Critic.Sharing(policy, headBias: true);
        Adapters.Copy(from: policy, to: critic);
        critic.named_parameters().Single(pair => pair.name == "score.weight").parameter.fill_(0.7);
        critic.named_parameters().Single(pair => pair.name == "score.bias").parameter.fill_(-0.2);
        AdapterFolder.Save(critic, _folder.File("critic"), "", dropout: 0);
        using var other = Critic.Sharing(policy, headBias: true);
        AdapterFolder.Attach(other, _folder.File("critic"));
        var tokens = tensor(new long[] { 3, 7, 4, 9 }, [1, 4]);
        Numbers.Same(critic.Values(tokens), other.Values(tokens), 0);
        Assert.Equal(2 + (2 * 4), other.parameters().Count(parameter => parameter.requires_grad));
    }

    [Theory]
    [InlineData("peft_type", "\"IA3\"", "has peft_type \"IA3\"; only LORA is computed.")]
    [InlineData("use_dora", "true", "has use_dora true; Cohort does not compute it.")]
    [InlineData("lora_bias", "true", "has lora_bias true; Cohort does not compute it.")]
    [InlineData("bias", "\"all\"", "has bias \"all\"; only none is computed.")]
    [InlineData("modules_to_save", "[\"lm_head\"]", "has modules_to_save [\"lm_head\"]; Cohort does not compute it.")]
    [InlineData("layer_replication", "[[0,2]]", "has layer_replication [[0,2]]; Cohort does not compute it.")]
    [InlineData("init_lora_weights", "\"pissa\"",
        "has init_lora_weights \"pissa\"; such an adapter belongs to a base whose weights were changed; convert it with PEFT "
        + "(path_initial_model_for_weight_conversion).")]
    [InlineData("r", "0", "has r or rank_pattern out of range; a rank lies in [1, 65536].")]
    public void What_is_not_computed_is_refused_by_name(string key, string value, string message)
    {
        Set(key, value);
        Refused($"{Config} {message}");
    }

    [Fact]
    public void Malformed_configs_are_refused()
    {
        Set("r", "\"three\"");
        Assert.StartsWith($"{Config} is malformed: ", Assert.Throws<ModelException>(() => ModelFolder.Load(Adapter)).Message);
        Set("r", "3");
        Set("rank_pattern", """{"(": 4}""");
        Assert.StartsWith($"{Config} is malformed: Invalid pattern", Assert.Throws<ModelException>(() => ModelFolder.Load(Adapter)).Message);
        File.WriteAllText(Config, "[]");
        Refused($"{Config} is not a JSON object.");
        File.WriteAllText(Config, "{");
        Assert.StartsWith($"{Config} is malformed: ", Assert.Throws<ModelException>(() => ModelFolder.Load(Adapter)).Message);
    }

    [Fact]
    public void Another_rank_than_the_tensors_have_is_refused_with_the_numbers()
    {
        Set("rank_pattern", """{"layers.1.self_attn.q_proj": 2}""");
        Refused($"{Path.Combine(Adapter, "adapter_model.safetensors")}: tensor 'base_model.model.model.layers.1.self_attn.q_proj.lora_A.weight' has shape [3,16], "
            + "but adapter_config.json and the base model ask for [2,16].");
    }

    [Fact]
    public void Tensors_that_belong_to_no_linear_layer_are_refused()
    {
        var path = Path.Combine(Adapter, "adapter_model.safetensors");
        using var a = zeros(2, 16);
        SafetensorsFile.Write(path, [("base_model.model.model.layers.7.self_attn.q_proj.lora_A.weight", a)], new Dictionary<string, string>());
        Refused($"{path}: 'model.layers.7.self_attn.q_proj' is no linear layer of the blocks of this base model; adapters of embeddings, of the head or of "
            + "another model cannot be loaded.");
        SafetensorsFile.Write(path, [("base_model.model.model.embed_tokens.lora_embedding_A", a)], new Dictionary<string, string>());
        Refused($"{path} has the tensor 'base_model.model.model.embed_tokens.lora_embedding_A'; only base_model.model.<layer>.lora_A.weight and .lora_B.weight of "
            + "linear layers can be loaded.");
        File.Delete(path);
        Refused($"'{Adapter}' has no adapter_model.safetensors; save the adapter in the safetensors format (PEFT: save_pretrained).");
    }

    [Fact]
    public void The_base_is_found_where_the_config_says_or_above_where_a_run_was_moved()
    {
        Set("base_model_name_or_path", "\"../base\"");
        Assert.Equal(Base, AdapterFolder.BaseOf(Adapter));
        Set("base_model_name_or_path", "\"/gone/run/base\"");
        Assert.Equal(Base, AdapterFolder.BaseOf(Adapter));
        Directory.CreateDirectory(_folder.File("run/checkpoints/step-1"));
        Directory.Move(Adapter, _folder.File("run/checkpoints/step-1/policy"));
        Assert.Equal(Base, AdapterFolder.BaseOf(_folder.File("run/checkpoints/step-1/policy")));
    }

    // Its own run's directory tells the base: the old path may be another run's by now.
    [Fact]
    public void An_adapter_of_a_moved_run_keeps_to_its_own_base_although_the_old_path_is_there_again()
    {
        var policy = _folder.File("moved/checkpoints/step-1/policy");
        Copy(Base, _folder.File("moved/base"));
        File.WriteAllText(_folder.File("moved/options.json"), "{}");
        Directory.CreateDirectory(Path.GetDirectoryName(policy)!);
        Directory.Move(Adapter, policy);
        Assert.Equal(_folder.File("moved/base"), AdapterFolder.BaseOf(policy));
        File.Delete(_folder.File("moved/options.json"));
        Assert.Equal(Base, AdapterFolder.BaseOf(policy));
    }

    // PEFT writes no config.json beside an adapter; a folder may have one all the same.
    [Theory]
    [InlineData("base", false)]
    [InlineData("base", true)]
    [InlineData("adapter", false)]
    [InlineData("adapter", true)]
    public void A_base_that_is_an_adapter_itself_is_refused(string itsOwnBase, bool hasShape)
    {
        var other = _folder.File("other");
        Copy(Adapter, other);
        Set("base_model_name_or_path", $"\"{other}\"");
        Set("base_model_name_or_path", $"\"{_folder.File(itsOwnBase)}\"", other);
        foreach (var folder in hasShape ? [Adapter, other] : Array.Empty<string>())
            File.Copy(Path.Combine(Base, "config.json"), Path.Combine(folder, "config.json"));
        Refused($"{Config} names '{other}' as its base, which is itself an adapter. Merge that one first (`cohort merge`), and name the merged folder.");
    }

    [Theory]
    [InlineData("\"some/model\"", "some/model")]
    [InlineData("null", "")]
    public void A_base_that_is_not_there_is_said(string value, string named)
    {
        Set("base_model_name_or_path", value);
        Refused($"{Config} names the base model '{named}', and there is no folder of it with a config.json; download it, and set base_model_name_or_path to its "
            + "folder (absolute, or relative to the adapter's).");
    }

    private static Tensor Logits(LanguageModel model, Tensor tokens) => model.Logits(model.Trunk.Hidden(tokens));

    private static string GoldenFolder(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", name);

    private static bool IsKnown(string family) =>
        ModelFamily.All.Any(known => known.ModelType == family) && Directory.Exists(Path.Combine(GoldenFolder("models"), family));

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (var file in Directory.GetFiles(from))
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
    }

    private void Set(string key, string value, string? folder = null)
    {
        var path = folder is null ? Config : Path.Combine(folder, "adapter_config.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        json[key] = JsonNode.Parse(value);
        File.WriteAllText(path, json.ToJsonString());
    }

    private void Refused(string message)
    {
        LiveTensors.StayAsMany("A refusal", () => Assert.Equal(message, Assert.Throws<ModelException>(() => ModelFolder.Load(Adapter)).Message));
    }
}
