using System.Diagnostics;
using Cohort.Advantages;
using Cohort.Models;
using Cohort.Rewards;
using Cohort.Rollouts;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>The seam: where PPO and GRPO part.</summary>
internal static class Estimators
{
    /// <summary>The estimator of a run.</summary>
    /// <param name="policy">The starting policy, of which a critic may be a copy; the old policy at the start of every step.</param>
    /// <param name="options">All options.</param>
    /// <param name="clock">Counts what a critic takes.</param>
    /// <param name="prompts">Token ids of fixed prompts, on which a critic is followed.</param>
    public static IAdvantageEstimator Create(
        LanguageModel policy, RunOptions options, PhaseClock clock, IReadOnlyList<IReadOnlyList<int>> prompts) => options.Algorithm.Advantage switch
        {
            CriticAdvantage critic => new CriticEstimator(
                critic,
                CreateCritic(critic.Critic, policy, options),
                options.Update.MicroBatchRows,
                clock,
                new ValueTrack(prompts, options.Update.MicroBatchRows)),
            GroupRelative group => Responses((scores, batch) =>
                GroupRelativeAdvantage.PerResponse(scores, batch.Scored, batch.GroupSize, group.Scale, group.Epsilon, group.Deviation)),
            LeaveOneOut => Responses((scores, batch) => LeaveOneOutAdvantage.PerResponse(scores, batch.Scored, batch.GroupSize)),
            BatchBaseline => Responses((scores, batch) => BatchBaselineAdvantage.PerResponse(scores, batch.Scored)),
            SignalScaled => Responses((scores, batch) => GpgAdvantage.PerResponse(scores, batch.Scored, batch.GroupSize)),
            LengthWeighted => Responses((scores, batch) =>
                LengthWeightedBaseline.PerResponse(scores, batch.Scored, batch.ResponseMask, batch.GroupSize)),
            BestOfGroup best => Responses((scores, batch) =>
                BestOfGroupAdvantage.PerResponse(scores, batch.Scored, batch.GroupSize, best.Scale, best.Epsilon, best.Deviation)),
            PerReward parts => Responses((_, batch) => PerRewardAdvantage.PerResponse(
                batch.Parts, batch.Scored.unsqueeze(1).expand_as(batch.Parts), parts.Weights, batch.GroupSize, GroupScale.GroupDeviation, parts.Epsilon)),
            ReinforcePlusPlus plus => new CriticFreeEstimator((rewards, batch) =>
                ReinforcePlusPlusAdvantage.PerToken(rewards, batch.ResponseMask, plus.Discount)),
            GroupBaseline => new CriticFreeEstimator((rewards, batch) =>
                ReinforcePlusPlusAdvantage.WithGroupBaseline(rewards.sum(1), batch.Scored, batch.ResponseMask, batch.GroupSize)),
            GreedyBaseline => new CriticFreeEstimator((rewards, batch) => GreedyBaselineAdvantage.PerToken(rewards, batch.GreedyScores, batch.ResponseMask)),
            OptimalToken token => new CriticFreeEstimator((rewards, batch) => OptimalTokenBaseline.PerToken(
                rewards, GradientNorms(policy, batch, options), batch.ResponseMask, batch.GroupSize, token.LoneTail)),
            ProcessRelative process => new CriticFreeEstimator((rewards, batch) => ProcessRelativeAdvantage.PerToken(
                rewards, batch.StepEnds, batch.ResponseMask, batch.GroupSize, process.Epsilon)),
            _ => throw new UnreachableException(),
        };

    /// <summary>The shape of a run's critic; null where it has none.</summary>
    /// <param name="options">The run's.</param>
    /// <param name="policy">The policy's shape.</param>
    /// <exception cref="ModelException">The reward model that it starts from does not suit the policy.</exception>
    public static ModelConfig? CriticShape(RunOptions options, ModelConfig policy) =>
        options.Algorithm.Advantage is CriticAdvantage critic ? CriticShape(critic.Critic, policy) : null;

    /// <summary>The critic's shape.</summary>
    /// <param name="options">Where it starts from.</param>
    /// <param name="policy">The policy's shape.</param>
    public static ModelConfig CriticShape(CriticOptions options, ModelConfig policy) => options.Start switch
    {
        CopyOfPolicy => policy,
        FreshCritic fresh => policy with
        {
            HiddenSize = fresh.HiddenSize,
            IntermediateSize = ModelConfig.FeedForwardWidth(fresh.HiddenSize),
            Layers = fresh.Layers,
            Heads = fresh.Heads,
            KeyValueHeads = fresh.Heads,
            HeadSize = fresh.HiddenSize / fresh.Heads,
        },
        RewardModelCritic start => ShapeOf(start, policy),
        _ => throw new UnreachableException(),
    };

    private static ModelConfig ShapeOf(RewardModelCritic start, ModelConfig policy)
    {
        var shape = ModelConfig.Read(start.Path);
        return shape.VocabularySize == policy.VocabularySize && shape.ContextLength >= policy.ContextLength ? shape : throw new ModelException(
            $"The reward model in '{start.Path}' has {shape.VocabularySize} tokens and a context of {shape.ContextLength}, the policy "
            + $"{policy.VocabularySize} and {policy.ContextLength}. A critic reads the policy's sequences: take a reward model that was trained from the policy or one like it, or set "
            + "algorithm.advantage.critic.start.kind to policy or fresh.");
    }

    // One advantage per response, from the sum of its rewards, for each of its tokens (seed: A_t = R - b(q), broadcast).
    private static CriticFreeEstimator Responses(Func<Tensor, RolloutBatch, Tensor> perResponse) =>
        new((rewards, batch) => Masked.Broadcast(perResponse(rewards.sum(1), batch), batch.ResponseMask));

    private static Tensor GradientNorms(LanguageModel policy, RolloutBatch batch, RunOptions options) =>
        OptimalTokenBaseline.GradientNorm(batch.OldLogProbs, new PackedRows(batch.Tokens, batch.ResponseMask).PerToken(
            options.Update.MicroBatchRows,
            (tokens, mask) => PolicyForward.PerToken(
                [policy], tokens, mask, options.Rollout.Temperature, (distributions, _) => [TokenLogProbs.SumOfSquares(distributions[0].LogProbs())],
                whole: true)[0]));

    private static Critic CreateCritic(CriticOptions options, LanguageModel policy, RunOptions run)
    {
        var critic = CreateCritic(options, policy, run.Seed);
        critic.Trunk.RecomputesBlocks = run.Update.RecomputeActivations == Recomputation.Always;
        return critic;
    }

    private static Critic CreateCritic(CriticOptions options, LanguageModel policy, ulong seed)
    {
        switch (options.Start)
        {
            case CopyOfPolicy when Adapters.Any(policy):
                var adapted = Critic.Sharing(policy, options.NormalizeReturns);
                Adapters.Copy(from: policy, to: adapted);
                return adapted;
            case CopyOfPolicy:
                var copy = Placement.Of(policy).Build(() => new Critic(policy.Config, options.NormalizeReturns));
                Weights.Copy(from: policy, to: copy);
                return copy;
            case FreshCritic:
                var config = CriticShape(options, policy.Config);
                var critic = Placement.Of(policy).Build(() => new Critic(config, options.NormalizeReturns));
                InitialWeights.Draw(critic, config, seed, Purpose.CriticWeights);
                return critic;
            case RewardModelCritic start:
                var shape = CriticShape(options, policy.Config);
                using (var scorer = RewardModelFolder.LoadModel(start.Path, Placement.Of(policy)))
                {
                    var learned = Placement.Of(policy).Build(() => new Critic(shape, options.NormalizeReturns));
                    Weights.Copy(from: scorer, to: learned);
                    return learned;
                }

            default:
                throw new UnreachableException();
        }
    }
}
