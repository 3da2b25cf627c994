using System.Text.Json.Nodes;
using Cohort.Data;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Tensors;
using Cohort.Tests.Models;
using Cohort.Tokenization;
using static TorchSharp.torch;

namespace Cohort.Tests.Rewards;

public sealed class RewardModelFolderTests : IDisposable
{
    private static readonly long[][] Rows = [[3, 7, 4, 9, 1], [5, 1]];

    private readonly PromptEncoder _prompts = new(new CharacterTokenizer("abcdefghijk"));
    private readonly TemporaryFolder _folder = new();

    public static TheoryData<string> Families => new(ModelFamily.All.Select(family => family.ModelType));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Families))]
    public void Folder_reads_back_to_the_same_scores_and_tokens(string family)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var model = RewardModelTests.Awake(TinyModels.Of(ModelFamily.All.Single(known => known.ModelType == family)));
        RewardModelFolder.Save(model, _prompts, source: null, _folder.Path);
        var (read, prompts) = RewardModelFolder.Load(_folder.Path, Placement.Cpu);
        using var owned = read;
        Numbers.Same(RewardModelTests.Scores(model, Rows, 0), RewardModelTests.Scores(read, Rows, 0), 0);
        Assert.Equal(_prompts.Encode(new Problem("1", "abc", "")), prompts.Encode(new Problem("1", "abc", "")));

        // Where the environment names a folder, for tools/golden/reward_models.py --check.
        if (Environment.GetEnvironmentVariable("COHORT_REWARD_MODELS") is { Length: > 0 } kept)
            Keep(model, Path.Combine(kept, family));
    }

    [Fact]
    public void Config_says_one_label_over_what_the_source_says()
    {
        using var language = TinyModels.Policy();
        ModelFolder.Save(language, language.Config, _folder.File("source"));
        var path = Path.Combine(_folder.File("source"), "config.json");
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        json.Remove("pad_token_id");
        (json["num_labels"], json["id2label"], json["further"]) = (2, new JsonObject { ["0"] = "bad", ["1"] = "good" }, 3.5);
        File.WriteAllText(path, json.ToJsonString());
        using var model = RewardModel.Of(language);
        RewardModelFolder.Save(model, _prompts, _folder.File("source"), _folder.File("reward"));

        var written = JsonNode.Parse(File.ReadAllText(Path.Combine(_folder.File("reward"), "config.json")))!;
        Assert.Equal("""["LlamaForSequenceClassification"]""", written["architectures"]!.ToJsonString());
        Assert.Equal("""{"0":"LABEL_0"}""", written["id2label"]!.ToJsonString());
        Assert.Equal("""{"LABEL_0":0}""", written["label2id"]!.ToJsonString());
        Assert.Equal((0, 3.5, null), ((int)written["pad_token_id"]!, (double)written["further"]!, written["num_labels"]));
    }

    [Fact]
    public void Language_model_is_no_reward_model()
    {
        using var language = TinyModels.Policy();
        ModelFolder.Save(language, language.Config, _folder.Path);
        Assert.False(RewardModelFolder.Holds(_folder.Path));
        Assert.Equal(
            $"{_folder.File("model.safetensors")} has no tensor 'score.weight'; config.json asks for it (shape [1,16]). It is the head of a reward model, "
            + "which a language model does not have.",
            Assert.Throws<ModelException>(() => RewardModelFolder.LoadModel(_folder.Path, Placement.Cpu)).Message);
    }

    [Fact]
    public void Classifier_of_two_labels_is_no_reward_model()
    {
        using var model = RewardModelTests.Awake();
        RewardModelFolder.Save(model, _prompts, source: null, _folder.Path);
        using var two = zeros([2, 16]);
        SafetensorsFolder.Write(
            _folder.Path, model.named_parameters().Select(pair => (pair.name, pair.name == "score.weight" ? two : (Tensor)pair.parameter)), type => type);
        Assert.Equal(
            $"{_folder.File("model.safetensors")}: tensor 'score.weight' has shape [2,16], but config.json asks for [1,16]. A reward model has one label.",
            Assert.Throws<ModelException>(() => RewardModelFolder.LoadModel(_folder.Path, Placement.Cpu)).Message);
    }

    private void Keep(RewardModel model, string folder)
    {
        RewardModelFolder.Save(model, _prompts, source: null, folder);
        File.WriteAllText(Path.Combine(folder, "reference.json"), new JsonObject
        {
            ["rows"] = new JsonArray([.. Rows.Select(row => new JsonArray([.. row.Select(id => JsonValue.Create(id))]))]),
            ["scores"] = new JsonArray([.. Numbers.Of(RewardModelTests.Scores(model, Rows, 0)).Select(score => JsonValue.Create(score))]),
        }.ToJsonString());
    }
}
