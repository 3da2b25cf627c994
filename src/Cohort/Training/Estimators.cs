using System.Diagnostics;
using Cohort.Models;
using Cohort.Tensors;

namespace Cohort.Training;

/// <summary>The seam: where PPO and GRPO part.</summary>
internal static class Estimators
{
    /// <summary>The estimator of a run.</summary>
    /// <param name="advantage">Which one.</param>
    /// <param name="policy">The starting policy, of which a critic may be a copy.</param>
    /// <param name="seed">The run's seed.</param>
    /// <param name="microBatchRows">Rows per forward pass of a critic.</param>
    public static IAdvantageEstimator Create(AdvantageOptions advantage, LanguageModel policy, ulong seed, int microBatchRows) => advantage switch
    {
        CriticAdvantage critic => new CriticEstimator(critic, CreateCritic(critic.Critic, policy, seed), microBatchRows),
        GroupRelative group => new GroupRelativeEstimator(group),
        _ => throw new UnreachableException(),
    };

    private static Critic CreateCritic(CriticOptions options, LanguageModel policy, ulong seed)
    {
        switch (options.Start)
        {
            case CopyOfPolicy:
                var copy = new Critic(policy.Config, options.NormalizeReturns);
                Weights.Copy(from: policy, to: copy);
                return copy;
            case FreshCritic fresh:
                var config = policy.Config with
                {
                    HiddenSize = fresh.HiddenSize,
                    IntermediateSize = ModelConfig.FeedForwardWidth(fresh.HiddenSize),
                    Layers = fresh.Layers,
                    Heads = fresh.Heads,
                    KeyValueHeads = fresh.Heads,
                    HeadSize = fresh.HiddenSize / fresh.Heads,
                };
                var critic = new Critic(config, options.NormalizeReturns);
                InitialWeights.Draw(critic, config, seed, Purpose.CriticWeights);
                return critic;
            default:
                throw new UnreachableException();
        }
    }
}
