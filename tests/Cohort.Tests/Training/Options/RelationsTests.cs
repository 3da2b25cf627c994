using Cohort.Models;
using Cohort.Training;

namespace Cohort.Tests.Training.Options;

/// <summary>What no single range can state, for RL runs and for supervised fine-tuning.</summary>
public sealed class RelationsTests
{
    private static readonly RunOptions Run = new() { Model = new FolderModel { Path = "/m" } };
    private static readonly SftOptions Sft = new() { Model = new NewModel() };
    private static readonly RewardModelOptions Scorer = new() { Model = new NewModel() };
    private static readonly CriticOptions Uneven = new() { Start = new FreshCritic { HiddenSize = 66, Heads = 4 } };

    public static TheoryData<RunOptions, string> WrongRuns => new()
    {
        { new(), "model.path is missing: name a model folder (`cohort sft` makes one)." },
        {
            Run with { Data = new FileData { Path = "/a.csv", HeldOutPath = "/a.csv" } },
            "data.heldOutPath is data.path, '/a.csv', so that no row would be left for training; name another file, or leave heldOutPath empty to hold out "
            + "a share of the data."
        },
        { Run with { Data = new FileData() }, "data.path is missing: name a JSONL, CSV or Parquet file with a prompt and an answer per row." },
        {
            Run with { Rollout = new() { SamplesPerPrompt = 1 } },
            "rollout.samplesPerPrompt is 1: comparing a group needs at least 2 completions of a prompt; raise it, or choose an advantage "
            + "with a critic."
        },
        {
            Run with { Rollout = new() { PromptsPerStep = 3, SamplesPerPrompt = 4 }, Update = new() { MinibatchRows = 13 } },
            "update.minibatchRows is 13, but a step has only promptsPerStep * samplesPerPrompt = 3 * 4 = 12 rows; lower it, or 0 for "
            + "all rows."
        },
        {
            Run with { Rollout = new() { PromptsPerStep = 50_000, SamplesPerPrompt = 60_000 } },
            "rollout.promptsPerStep * rollout.samplesPerPrompt is 50000 * 60000 = 3000000000; a step has at most 2147483647 rows; lower "
            + "one of them."
        },
        {
            Run with { Budget = new() { Steps = 0 } },
            "budget.steps and budget.tokens are both 0: give at least one of them, so that the run ends."
        },
        {
            Run with { Algorithm = AlgorithmOptions.Grpo with { Kl = new() { Target = 0.02 } } },
            "algorithm.kl.target is 0.02, but algorithm.kl.coefficient is 0, which adapting cannot move; give the coefficient a first "
            + "value such as 0.05."
        },
        {
            Run with { Algorithm = AlgorithmOptions.Ppo with { Advantage = new CriticAdvantage { Critic = Uneven } } },
            "the critic's hiddenSize 66 does not divide into 4 heads of an even size; choose a multiple of 8."
        },
        {
            Run with { Algorithm = AlgorithmOptions.Ppo with { Advantage = new CriticAdvantage { Critic = new() { WarmupSteps = 100 } } } },
            "algorithm.advantage.critic.warmupSteps is 100, but the run ends after budget.steps = 100, so that the policy would never "
            + "learn; lower the one or raise the other."
        },
        {
            Run with { Model = new NewModel { ContextLength = 64 }, Rollout = new() { MaxNewTokens = 64 } },
            "rollout.maxNewTokens is 64, which leaves no room for a prompt in model.contextLength = 64 tokens; lower the one or raise "
            + "the other."
        },
        {
            Run with { Dtype = WeightType.Bfloat16, Algorithm = Averaged(WeightType.Auto) },
            "algorithm.kl.refresh.kind is movingAverage, but the reference is bfloat16, in which a moving average loses small movements; set "
            + "algorithm.kl.referenceType=float32, or refresh.kind to every."
        },
        {
            Run with { Dtype = WeightType.Float32, Algorithm = Averaged(WeightType.Bfloat16) },
            "algorithm.kl.refresh.kind is movingAverage, but the reference is bfloat16, in which a moving average loses small movements; set "
            + "algorithm.kl.referenceType=float32, or refresh.kind to every."
        },
        {
            Run with
            {
                Model = new FolderModel { Path = "/m", Adapter = new LowRankOptions() },
                Algorithm = AlgorithmOptions.Grpo with { Kl = new() { Coefficient = 0.1, ReferenceType = WeightType.Bfloat16 } },
            },
            "algorithm.kl.referenceType is bfloat16, but under an adapter the reference shares the policy's base and needs no memory of its own; leave "
            + "referenceType at auto."
        },
    };

    public static TheoryData<SftOptions, string> WrongSfts => new()
    {
        { new(), "model.path is missing: name a model folder, or {\"kind\": \"new\"} for a new model." },
        { Sft with { Data = new FileData() }, "data.path is missing: name a JSONL, CSV or Parquet file with a prompt and a completion per row." },
        {
            Sft with { Model = new NewModel { HiddenSize = 100, Heads = 4 } },
            "model.hiddenSize is 100, which does not divide into model.heads = 4 heads of an even size; choose a multiple of 8."
        },
        {
            Sft with { Model = new NewModel { Heads = 4, KeyValueHeads = 3 } },
            "model.heads is 4, which does not divide among model.keyValueHeads = 3; choose a multiple of 3."
        },
        {
            Sft with { Evaluation = new() { Every = 0, StopAt = 0.3 } },
            "evaluation.stopAt is 0.3, but evaluation.every = 0 never measures; give it a number of steps such as 25, or set stopAt to 0."
        },
        {
            Sft with { Evaluation = new() { Every = 1, StopAt = 1.5 } },
            "evaluation.stopAt is 1.5, but what is measured is a share, at most 1; lower it, or set it to 0 to never stop."
        },
        {
            Sft with { Evaluation = new() { Every = 0, Patience = 4 } },
            "evaluation.patience is 4, but evaluation.every = 0 never measures; give it a number of steps such as 25, or set patience to 0."
        },
        {
            Sft with { MaxNewTokens = 300 },
            "maxNewTokens is 300, which leaves no room for a prompt in model.contextLength = 256 tokens; lower the one or raise the other."
        },
    };

    public static TheoryData<RewardModelOptions, string> WrongRewardModels => new()
    {
        { new(), "model.path is missing: name a model folder, or {\"kind\": \"new\"} for a new model." },
        {
            Scorer with { Data = new FileData() },
            "data.path is missing: name a JSONL, CSV or Parquet file with a prompt, a chosen and a rejected completion per row."
        },
        {
            Scorer with { Model = new NewModel { Adapter = new LowRankOptions() } },
            "model.adapter.kind must be none: a reward model is trained whole; merge an adapter by `cohort merge`, or name its folder as model.path."
        },
        {
            Scorer with { Evaluation = new() { Metrics = new([KeyValuePair.Create<string, RewardOptions>("gold", new NumberMatch())]) } },
            "evaluation.metrics is for `cohort train`: this run has no reward beside which a metric could fall; leave it empty."
        },
        {
            Scorer with { Model = new NewModel { Heads = 4, KeyValueHeads = 3 } },
            "model.heads is 4, which does not divide among model.keyValueHeads = 3; choose a multiple of 3."
        },
    };

    [Theory]
    [MemberData(nameof(WrongRewardModels))]
    public void A_contradiction_in_training_a_reward_model_is_explained(RewardModelOptions options, string problem) =>
        Assert.Equal([problem], options.Problems());

    [Theory]
    [MemberData(nameof(WrongRuns))]
    public void A_contradiction_in_a_run_is_explained(RunOptions options, string problem) =>
        Assert.Equal([problem], options.Problems());

    [Theory]
    [MemberData(nameof(WrongSfts))]
    public void A_contradiction_in_fine_tuning_is_explained(SftOptions options, string problem) =>
        Assert.Equal([problem], options.Problems());

    [Fact]
    public void Options_on_the_border_have_no_problem()
    {
        Assert.Empty(Run.Problems());
        Assert.Empty((Run with { Rollout = new() { SamplesPerPrompt = 1 }, Algorithm = AlgorithmOptions.Ppo }).Problems());
        var twelveRows = new RolloutOptions { PromptsPerStep = 3, SamplesPerPrompt = 4 };
        Assert.Empty((Run with { Rollout = twelveRows, Update = new() { MinibatchRows = 12 } }).Problems());
        Assert.Empty((Run with { Budget = new() { Steps = 0, Tokens = 1 } }).Problems());
        Assert.Empty((Run with { Dtype = WeightType.Bfloat16, Algorithm = Averaged(WeightType.Float32) }).Problems());
        Assert.Empty((Run with { Dtype = WeightType.Float32, Algorithm = Averaged(WeightType.Auto) }).Problems());
        Assert.Empty(Sft.Problems());
        Assert.Empty(Scorer.Problems());
        Assert.Empty((Sft with { MaxNewTokens = 255 }).Problems());
        Assert.Empty((Sft with { Evaluation = new() { Every = 1, StopAt = 0.3, Patience = 2 } }).Problems());
    }

    private static AlgorithmOptions Averaged(WeightType reference) =>
        AlgorithmOptions.Grpo with { Kl = new() { Coefficient = 0.1, ReferenceType = reference, Refresh = new MovingAverage() } };
}
