using Cohort.Checkpoints;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Tests.Models;
using Cohort.Tokenization;
using Cohort.Training;
using static TorchSharp.torch;

namespace Cohort.Tests.Training.Runs;

/// <summary>Runs that a reward model scores, and whose critic may begin as one.</summary>
public sealed class RewardModelRunTests : IDisposable
{
    private const string Critic = "algorithm.advantage.critic.start";

    private readonly TemporaryFolder _folder = new();

    public RewardModelRunTests()
    {
        var tokenizer = new CharacterTokenizer(BundledTasks.Create(TaskName.Reverse, 2).Alphabet);
        using var model = RewardModelTests.Awake(TinyModels.Shape with { VocabularySize = tokenizer.VocabularySize });
        RewardModelFolder.Save(model, new PromptEncoder(tokenizer), source: null, _folder.File("reward"));
    }

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("grpo")]
    [InlineData("ppo")]
    public void A_run_that_is_resumed_has_the_bits_of_one_that_never_stopped(string kind)
    {
        string[] sets = kind == "ppo" ? [Reward, Start] : [Reward];
        var sink = new KeepingSink();
        TinyRun.Train(kind, _folder.File("whole"), sink, TinyRun.Never, sets);
        TinyRun.Train(kind, _folder.File("parts"), [.. sets, "budget.steps=6"]);
        TinyRun.Resume(kind, _folder.File("parts"), "budget.steps=8");

        RunBits.AssertSame(_folder.File("whole"), _folder.File("parts"));
        Assert.Equal(8, sink.Steps.Count(step => step.Step > 0));
        Assert.All(sink.Steps.Where(step => step.Step > 0), step =>
        {
            Assert.Equal(0, step["reward/unscored_fraction"]);
            Assert.True(Math.Abs(step["reward/score_mean"]) > 1e-3);
        });
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Critic_begins_with_the_reward_models_trunk_and_head(bool normalizeReturns)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        using var reward = RewardModelFolder.LoadModel(_folder.File("reward"), Placement.Cpu);
        using var policy = TinyModels.Policy(config: TinyModels.Shape with { VocabularySize = reward.Config.VocabularySize, ContextLength = 20, Layers = 2 });
        var options = new CriticOptions { Start = new RewardModelCritic { Path = _folder.File("reward") }, NormalizeReturns = normalizeReturns };
        using var estimator = Estimators.Create(policy, TinyTraining.Options(TinyTraining.Ppo(options)), new PhaseClock(), []);
        Directory.CreateDirectory(_folder.File("saved"));
        estimator.Save(_folder.File("saved"));

        using var critic = new Critic(reward.Config, normalizeReturns);
        ModelFolder.ReadWeights(critic, Path.Combine(_folder.File("saved"), "critic"));
        long[] tokens = [3, 7, 4, 9, 1];
        Numbers.Same(RewardModelTests.Scores(reward, [tokens], 0), critic.FinalValues(tensor(tokens, [1, 5]), tensor(new[] { 5L })), 0);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_reward_model_is_trained_further_and_is_no_policy(bool tied)
    {
        var source = _folder.File("scorer");
        var tokenizer = new CharacterTokenizer(BundledTasks.Create(TaskName.Reverse, 2).Alphabet);
        using var before = RewardModelTests.Awake(TinyModels.Shape with { VocabularySize = tokenizer.VocabularySize, TieEmbeddings = tied });
        RewardModelFolder.Save(before, new PromptEncoder(tokenizer), source: null, source);
        string[] sets = [TinyRun.Folder(source), "optimizer.learningRate=1e-9", "evaluation.every=2"];
        TinyRun.Train("reward-model", _folder.File("whole"), [.. sets, "steps=4"]);
        TinyRun.Train("reward-model", _folder.File("parts"), [.. sets, "steps=2"]);
        Directory.Delete(source, recursive: true);
        TinyRun.Resume("reward-model", _folder.File("parts"), "steps=4");

        RunBits.AssertSame(_folder.File("whole"), _folder.File("parts"));
        var model = new RunDirectory(_folder.File("parts")).Model;
        using var after = RewardModelFolder.LoadModel(model, Placement.Cpu);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Numbers.Same(RewardModelTests.Scores(before, [[3, 7, 4, 2, 1]], 0), RewardModelTests.Scores(after, [[3, 7, 4, 2, 1]], 0), 1e-4);
        foreach (var kind in new[] { "grpo", "sft" })
        {
            var error = Assert.Throws<ModelException>(() => TinyRun.Train(kind, _folder.File(kind), TinyRun.Folder(model)));
            Assert.StartsWith($"'{model}' is a reward model (it has the tensor 'score.weight'), which scores texts and writes none;", error.Message);
        }
    }

    [Fact]
    public void Critic_that_reads_other_tokens_is_refused_before_there_is_a_run()
    {
        using var model = RewardModelTests.Awake();
        RewardModelFolder.Save(model, new PromptEncoder(new CharacterTokenizer("abc")), source: null, _folder.File("other"));
        var start = $$"""{{Critic}}={"kind": "rewardModel", "path": "{{_folder.File("other")}}"}""";
        var error = Assert.Throws<ModelException>(() => TinyRun.Train("ppo", _folder.File("run"), start));
        Assert.StartsWith($"The reward model in '{_folder.File("other")}' has 13 tokens and a context of 40, the policy ", error.Message);
        Assert.False(new RunDirectory(_folder.File("run")).Exists);
    }

    [Fact]
    public void Memory_forecast_counts_the_reward_models_weights()
    {
        using var reward = RewardModelFolder.LoadModel(_folder.File("reward"), Placement.Cpu);
        var options = TinyTraining.Options(AlgorithmOptions.Grpo);
        Assert.Equal(
            Forecast(options) + (4 * Weights.Count(reward)), Forecast(options with { Reward = new ModelScorer { Path = _folder.File("reward") } }));

        static long Forecast(RunOptions options) => new MemoryForecast(options, TinyModels.Shape, longest: 16).Plan().Peak.Bytes[MemoryUse.Weights];
    }

    [Fact]
    public void Paths_of_reward_models_are_relative_to_the_run_file()
    {
        File.WriteAllText(_folder.File("run.json"), """
            {"model": {"path": "base"}, "reward": {"kind": "model", "path": "judge", "microBatchRows": 3, "chat": "always"},
            "algorithm": {"preset": "ppo", "advantage": {"critic": {"start": {"kind": "rewardModel", "path": "start"}}}}}
            """);
        var options = RunFile.ReadRun(_folder.File("run.json"), []);
        Assert.Equal(new ModelScorer { Path = _folder.File("judge"), MicroBatchRows = 3, Chat = ChatUse.Always }, options.Reward);
        Assert.Equal(
            new RewardModelCritic { Path = _folder.File("start") }, Assert.IsType<CriticAdvantage>(options.Algorithm.Advantage).Critic.Start);
    }

    [Fact]
    public void Reward_models_without_a_folder_are_named()
    {
        var error = Assert.Throws<OptionsException>(() => RunFile.ParseRun(
            """{"model": {"path": "base"}, "reward": {"kind": "model"}, "algorithm": {"preset": "ppo"}}""", [Critic + """={"kind": "rewardModel"}"""]));
        Assert.Equal(
            ["algorithm.advantage.critic.start.path is empty; name the folder of a reward model.", "reward.path is empty; name the folder of a reward model."],
            error.Problems.Order(StringComparer.Ordinal));
    }

    private string Reward => $$"""reward={"kind": "model", "path": "{{_folder.File("reward")}}", "microBatchRows": 3}""";

    private string Start => $$"""{{Critic}}={"kind": "rewardModel", "path": "{{_folder.File("reward")}}"}""";
}
