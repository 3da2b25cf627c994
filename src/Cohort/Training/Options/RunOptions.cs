using System.Text.Json.Nodes;
using Cohort.Rollouts;
using Cohort.Data;
using Cohort.Losses;
using Cohort.Models;

namespace Cohort.Training;

/// <summary>All options of an RL run: `cohort train`.</summary>
public sealed record RunOptions : CommonOptions
{
    /// <summary>What scores a completion.</summary>
    public RewardOptions Reward { get; init; } = new AutomaticReward();

    /// <summary>The algorithm; a run file names a preset and overrides parts of it.</summary>
    public AlgorithmOptions Algorithm { get; init; } = AlgorithmOptions.Grpo;

    /// <summary>Collecting completions.</summary>
    public RolloutOptions Rollout { get; init; } = new();

    /// <summary>Using them.</summary>
    public UpdateOptions Update { get; init; } = new();

    /// <summary>When the run ends.</summary>
    public BudgetOptions Budget { get; init; } = new();

    /// <summary>Relations between options that no single range can state.</summary>
    /// <returns>One message per problem; none where all is well.</returns>
    public IEnumerable<string> Problems()
    {
        if (Model is FolderModel { Path: "" })
        {
            yield return "model.path is missing: name a model folder (`cohort sft` makes one).";
        }

        if (Data is FileData { Path: "" })
        {
            yield return "data.path is missing: name a JSONL, CSV or Parquet file with a prompt and an answer per row.";
        }

        if (Algorithm.Advantage.ComparesGroup && Rollout.SamplesPerPrompt < 2)
        {
            yield return $"rollout.samplesPerPrompt is {Rollout.SamplesPerPrompt}: comparing a group needs at least 2 completions of a "
                + "prompt; raise it, or choose an advantage with a critic.";
        }

        if (Rollout.MaxRefills > 0 && !Algorithm.Advantage.ComparesGroup)
        {
            yield return $"rollout.maxRefills is {Rollout.MaxRefills}, but these advantages do not compare the completions of a prompt: a group of equal scores has "
                + "a signal too; leave maxRefills at 0, or choose an advantage that compares groups.";
        }

        foreach (var problem in Reward.ProblemsAsWhole("reward").Concat(Evaluation.Metrics.Problems("evaluation.metrics")).Concat(Overlong.Problems(this)))
            yield return problem;

        foreach (var problem in Data is FileData ? Rewards.SelectMany(each => each.Reward is TaskVerifier task ? task.ProblemsWithFile(each.Path) : []) : [])
            yield return problem;

        if (Evaluation.Metrics.FirstOrDefault(metric => metric.Value.Weight != 1) is { Key: { } weighted, Value: { } measured })
        {
            yield return $"evaluation.metrics.{weighted}.weight is {measured.Weight}, but a metric is measured and not summed; leave its weight at 1.";
        }

        foreach (var problem in Algorithm.Problems(Rollout.MaxNewTokens))
            yield return problem;

        if (Algorithm.Advantage is PerReward or ProcessRelative or SignalScaled && Algorithm.Kl is { Coefficient: > 0, Placement: not KlPlacement.InLoss })
        {
            yield return "algorithm.kl.placement puts a KL into the reward, but the advantages compare parts or steps of the score, or ask whether scores differ, "
                + "in which it has no place; set algorithm.kl.placement=inLoss.";
        }

        if ((long)Rollout.PromptsPerStep * Rollout.SamplesPerPrompt > int.MaxValue)
        {
            yield return $"rollout.promptsPerStep * rollout.samplesPerPrompt is {Rollout.PromptsPerStep} * {Rollout.SamplesPerPrompt} = "
                + $"{(long)Rollout.PromptsPerStep * Rollout.SamplesPerPrompt}; a step has at most {int.MaxValue} rows; lower one of them.";
        }
        else if (Update.MinibatchRows > Rollout.Rows)
        {
            yield return $"update.minibatchRows is {Update.MinibatchRows}, but a step has only promptsPerStep * samplesPerPrompt = "
                + $"{Rollout.PromptsPerStep} * {Rollout.SamplesPerPrompt} = {Rollout.Rows} rows; lower it, or 0 for all rows.";
        }

        if (Budget is { Steps: 0, Tokens: 0 })
        {
            yield return "budget.steps and budget.tokens are both 0: give at least one of them, so that the run ends.";
        }

        if (Algorithm.Kl is { Target: > 0, Coefficient: 0 })
        {
            yield return $"algorithm.kl.target is {Algorithm.Kl.Target}, but algorithm.kl.coefficient is 0, which adapting cannot move; "
                + "give the coefficient a first value such as 0.05.";
        }

        if (Algorithm.Kl is { NeedsReference: false, Refresh: not NeverRefresh })
        {
            yield return "algorithm.kl.refresh moves the reference, but algorithm.kl.coefficient is 0, and the run has none; give it a coefficient, or set "
                + "algorithm.kl.measure=true, or leave refresh.kind at never.";
        }

        if (Algorithm.Kl.Refresh is MovingAverage && (Algorithm.Kl.ReferenceType == WeightType.Auto ? Dtype : Algorithm.Kl.ReferenceType) == WeightType.Bfloat16)
        {
            yield return "algorithm.kl.refresh.kind is movingAverage, but the reference is bfloat16, in which a moving average loses small movements; set "
                + "algorithm.kl.referenceType=float32, or refresh.kind to every.";
        }

        if (Algorithm.Kl.ReferenceType == WeightType.Bfloat16 && Model.Adapter is not NoAdapter)
        {
            yield return "algorithm.kl.referenceType is bfloat16, but under an adapter the reference shares the policy's base and needs no memory of its own; "
                + "leave referenceType at auto.";
        }

        if (Algorithm.Kl.Refresh is MovingAverage && Model.Adapter is not NoAdapter)
        {
            yield return "algorithm.kl.refresh.kind is movingAverage, but the policy is an adapter: averages of A and of B apart are not the average of their "
                + "products, which no adapter of this rank has; set refresh.kind to every.";
        }

        if (Model.Adapter.DroppedShare > 0)
        {
            yield return $"model.adapter.dropout is {Model.Adapter.DroppedShare}, but the policy that samples and the policy that is trained must be the same one; "
                + "set it to 0, since dropout is for `cohort sft`.";
        }

        if (Algorithm.Advantage is CriticAdvantage { Critic.Start: FreshCritic fresh } && fresh.HiddenSize % (fresh.Heads * 2) != 0)
        {
            yield return $"the critic's hiddenSize {fresh.HiddenSize} does not divide into {fresh.Heads} heads of an even size; choose a "
                + $"multiple of {fresh.Heads * 2}.";
        }

        if (Algorithm.Advantage is CriticAdvantage { Critic.Optimizer: var its })
        {
            foreach (var problem in its.Problems("algorithm.advantage.critic.optimizer"))
                yield return problem;
        }

        if (Algorithm.Advantage is CriticAdvantage { Critic.Start: RewardModelCritic { Path: "" } })
            yield return "algorithm.advantage.critic.start.path is empty; name the folder of a reward model.";

        if (Algorithm.Advantage is CriticAdvantage { Critic.WarmupSteps: var warmup } && Budget.Steps > 0 && warmup >= Budget.Steps)
        {
            yield return $"algorithm.advantage.critic.warmupSteps is {warmup}, but the run ends after budget.steps = {Budget.Steps}, so "
                + "that the policy would never learn; lower the one or raise the other.";
        }

        foreach (var problem in CommonProblems(("rollout.maxNewTokens", Rollout.MaxNewTokens)))
            yield return problem;
    }

    /// <summary>What counts or is measured, each with the option that it is.</summary>
    internal IEnumerable<(string Path, RewardOptions Reward)> Rewards =>
        Reward.All.Select(reward => (Path: reward.Name == "" ? "reward" : $"reward.rewards.{reward.Name}", reward.Reward))
            .Concat(Evaluation.Metrics.Select(metric => (Path: $"evaluation.metrics.{metric.Key}", Reward: metric.Value)));

    /// <summary>What rewards need of a problem that it does not have.</summary>
    /// <param name="problem">A problem of the run's data.</param>
    internal IEnumerable<string> MissingFields(Problem problem) =>
        from reward in Rewards
        from required in reward.Reward.RequiredFields
        where required.Field != "" && !problem.Fields.ContainsKey(required.Field)
        select $"{reward.Path}.{required.Option} is {OptionsJson.Short(JsonValue.Create(required.Field))}, but problem {problem.Id} has no such field beside "
            + $"its prompt and answer; {(problem.Fields.Count == 0 ? "it has no others" : $"it has {string.Join(", ", problem.Fields.Keys.Order().Take(10))}")}. "
            + "Name a field of the data, or add it.";

    /// <summary>Whether the networks compute in bfloat16, once device and type are chosen; a processor computes in float32 whatever the weights are.</summary>
    internal bool ComputesInBfloat16 => Dtype == WeightType.Bfloat16 && Device != DeviceKind.Cpu;

    private protected override bool MeasuresShare => !Reward.IsGraded;

    /// <summary>What a user should know of these options: they run, but are not what they may seem.</summary>
    internal IEnumerable<string> Notices()
    {
        foreach (var notice in Algorithm.Notices())
            yield return notice;

        if (ComputesInBfloat16 && !Update.RecomputeOldLogProbs)
        {
            yield return "device and dtype compute in bfloat16: log-probabilities of the sampler, token by token, and of the trainer, whole sequences, differ by its "
                + "rounding. update.recomputeOldLogProbs=true takes the trainer's own as the old policy's, and algorithm.offPolicy.method corrects for the difference.";
        }

        if (Algorithm.OffPolicy.Method != OffPolicyMethod.None && !Update.RecomputeOldLogProbs && Rollout.Weights == SamplerWeights.Exact)
        {
            yield return "algorithm.offPolicy.method has nothing to correct: one engine samples and trains, and its log-probabilities are taken over. With "
                + "update.recomputeOldLogProbs=true the trainer's own are the old policy's, and the correction is for the difference.";
        }
    }
}
