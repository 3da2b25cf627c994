using System.Text.Json.Nodes;
using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Rewards;
using Cohort.Tests.Models;
using Cohort.Tests.Rewards;
using Cohort.Tokenization;
using Cohort.Training;

namespace Cohort.Tests.Training.Runs;

/// <summary>A run that goes on requires the files that its rewards were read from.</summary>
public sealed class RewardFilesTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly RunDirectory _place;

    public RewardFilesTests() => _place = new RunDirectory(_folder.File("run"));

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("reward=MODEL", "model.safetensors")]
    [InlineData("reward=MODEL", "config.json")]
    [InlineData("reward=MODEL", "tokenizer_config.json")]
    [InlineData("reward.rewards={\"a\": {\"kind\": \"task\"}, \"b\": MODEL}", "model.safetensors")]
    [InlineData("evaluation.metrics={\"gold\": MODEL}", "model.safetensors")]
    public void A_reward_model_that_changed_is_refused(string set, string file)
    {
        SaveModel();
        var changed = _folder.File($"reward/{file}");
        AssertChecked("grpo", set.Replace("MODEL", $$"""{"kind": "model", "path": "{{_folder.File("reward")}}"}"""), changed, () => Change(changed));
    }

    [Fact]
    public void A_reward_model_that_the_critic_began_as_may_not_change()
    {
        SaveModel();
        var weights = _folder.File("reward/model.safetensors");
        var start = $$"""algorithm.advantage.critic.start={"kind": "rewardModel", "path": "{{_folder.File("reward")}}"}""";
        AssertChecked("ppo", start, weights, () => Change(weights), "algorithm.advantage.critic.warmupSteps=0");
    }

    [Fact]
    public void A_schema_that_changed_is_refused()
    {
        var schema = _folder.File("answer.json");
        File.WriteAllText(schema, """{"type": "integer"}""");
        AssertChecked("grpo", $"reward.schema={schema}", schema, () => File.WriteAllText(schema, """{"type": "string"}"""), "reward.kind=jsonSchema");
    }

    [Fact]
    public void A_template_of_a_judge_that_changed_is_refused()
    {
        var template = _folder.File("judge.txt");
        File.WriteAllText(template, "Judge {completion}.");
        using var server = new ChatServer("Verdict MARK: COUNT");
        var judge = $$"""reward={"kind": "judge", "url": "{{server.Address}}", "model": "m", "template": "{{template}}"}""";
        AssertChecked("grpo", judge, template, () => File.WriteAllText(template, "Praise {completion}."), "evaluation.every=0");
    }

    [Fact]
    public void A_file_that_came_or_went_is_named()
    {
        SaveModel();
        string[] sets = [$$"""reward={"kind": "model", "path": "{{_folder.File("reward")}}"}""", "budget.steps=2"];
        TinyRun.Train("grpo", _place.Root, sets);
        var template = _folder.File("reward/chat_template.jinja");
        File.WriteAllText(template, "{{ messages }}");
        var error = Assert.Throws<TrainingException>(() => TinyRun.Resume("grpo", _place.Root, "budget.steps=4"));
        Assert.StartsWith($"'{template}' is not what it was when the run began (SHA-256 none then, ", error.Message);
        Assert.EndsWith("take the file away, or begin a new run.", error.Message);

        File.Delete(template);
        File.Delete(_folder.File("reward/tokenizer.json"));
        error = Assert.Throws<TrainingException>(() => TinyRun.Resume("grpo", _place.Root, "budget.steps=4"));
        Assert.Matches("tokenizer.json' is not what .* then, none now\\), .*; put the old file back, or begin a new run.$", error.Message);
    }

    [Fact]
    public void A_run_without_files_of_rewards_has_no_hashes_of_them()
    {
        TinyRun.Train("grpo", _place.Root, "budget.steps=1");
        Assert.Empty(JsonNode.Parse(File.ReadAllText(_place.Environment))!["rewardSha256"]!.AsObject());
    }

    private void AssertChecked(string kind, string set, string path, Action change, params string[] more)
    {
        TinyRun.Train(kind, _place.Root, [.. more, set, "budget.steps=1"]);
        Assert.Equal(2, TinyRun.Resume(kind, _place.Root, "budget.steps=2").Step);

        var options = File.ReadAllText(_place.Options);
        change();
        var error = Assert.Throws<TrainingException>(() => TinyRun.Resume(kind, _place.Root, "budget.steps=3"));
        Assert.StartsWith($"'{path}' is not what it was when the run began (SHA-256 ", error.Message);
        Assert.EndsWith(" now), and other rewards would change steps that are done; put the old file back, or begin a new run.", error.Message);
        Assert.Equal(options, File.ReadAllText(_place.Options));
    }

    // The last bit of the last weight, or a space more.
    private static void Change(string path)
    {
        if (!path.EndsWith(".safetensors", StringComparison.Ordinal))
        {
            File.AppendAllText(path, " ");
            return;
        }

        using var weights = File.Open(path, FileMode.Open);
        weights.Seek(-1, SeekOrigin.End);
        var last = (byte)weights.ReadByte();
        weights.Seek(-1, SeekOrigin.End);
        weights.WriteByte((byte)(last ^ 1));
    }

    private void SaveModel()
    {
        var tokenizer = new CharacterTokenizer(BundledTasks.Create(TaskName.Reverse, 2).Alphabet);
        using var model = RewardModelTests.Awake(TinyModels.Shape with { VocabularySize = tokenizer.VocabularySize });
        RewardModelFolder.Save(model, new PromptEncoder(tokenizer), source: null, _folder.File("reward"));
    }
}
