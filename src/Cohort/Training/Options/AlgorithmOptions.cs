using Cohort.Losses;

namespace Cohort.Training;

/// <summary>
/// An algorithm is three independent choices: how advantages are estimated, what the policy minimizes, how tokens are averaged; beside
/// them stand KL and entropy. PPO and GRPO are two presets over them.
/// </summary>
public sealed record AlgorithmOptions
{
    /// <summary>PPO (arXiv:1707.06347): a critic with GAE, advantages normalized per minibatch, the mean over all tokens.</summary>
    public static AlgorithmOptions Ppo { get; } = new()
    {
        Advantage = new CriticAdvantage(),
        NormalizeAdvantages = true,
        Reduction = Reduction.TokenMean,
    };

    /// <summary>GRPO (DeepSeekMath, arXiv:2402.03300): scores compared inside a group, 1/|o| then the mean of the responses.</summary>
    public static AlgorithmOptions Grpo { get; } = new()
    {
        Advantage = new GroupRelative(),
        NormalizeAdvantages = false,
        Reduction = Reduction.ResponseMean,
    };

    /// <summary>Where advantages come from: the one choice in which PPO and GRPO differ.</summary>
    public AdvantageOptions Advantage { get; init; } = new GroupRelative();

    /// <summary>Whether each minibatch's advantages are brought to mean 0 and deviation 1 (seed, "Advantages and Normalization").</summary>
    public bool NormalizeAdvantages { get; init; }

    /// <summary>What the policy minimizes.</summary>
    public PolicyLoss Loss { get; init; } = new ClippedLoss();

    /// <summary>How per-token losses become one number.</summary>
    public Reduction Reduction { get; init; } = Reduction.ResponseMean;

    /// <summary>The tether to the reference.</summary>
    public KlPenalty Kl { get; init; } = new();

    /// <summary>The bonus on the policy's entropy.</summary>
    public EntropyBonus Entropy { get; init; } = new();

    /// <summary>
    /// The share of each minibatch's tokens, those of the highest entropy, whose loss counts (arXiv:2506.01939: 0.2); 1 is all. Those that do
    /// not count stay in the normalizer.
    /// </summary>
    public double EntropyShare
    {
        get;
        init => field = value is > 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(EntropyShare), value, "EntropyShare must lie in (0, 1]; 1 is all tokens.");
    } = 1;

    /// <summary>The correction for completions that another policy than the old one sampled.</summary>
    public OffPolicyCorrection OffPolicy { get; init; } = new();

    /// <summary>What becomes of completions that the length limit cut off.</summary>
    public TruncationOptions Truncation { get; init; } = new KeepTruncated();

    /// <summary>Relations between the parts of an algorithm that no single range can state.</summary>
    /// <param name="maxNewTokens">The longest completion, in tokens; 0 where it is not known yet.</param>
    /// <returns>One message per problem.</returns>
    internal IEnumerable<string> Problems(int maxNewTokens)
    {
        if (Kl.Problem is { Length: > 0 } problem)
        {
            yield return $"algorithm.kl: {problem}.";
        }

        if (Loss is ClippedLoss { RatioCap: > 0 } capped && capped.RatioCap <= 1 + capped.High)
        {
            yield return $"algorithm.loss.ratioCap is {capped.RatioCap}, but the clip allows ratios up to 1 + high = {1 + capped.High}; raise the cap above it, or 0 for none.";
        }

        if (Loss is ClipCovLoss covariance && covariance.CovarianceLow >= covariance.CovarianceHigh)
        {
            yield return $"algorithm.loss.covarianceLow is {covariance.CovarianceLow} and covarianceHigh {covariance.CovarianceHigh}: no token lies between them; "
                + "raise the high one.";
        }

        if (Entropy.Target > 0 && (Entropy.Lowest > Entropy.Highest || Entropy.Coefficient < Entropy.Lowest || Entropy.Coefficient > Entropy.Highest))
        {
            yield return $"algorithm.entropy.coefficient is {Entropy.Coefficient}; with a target it must lie between lowest {Entropy.Lowest} and highest "
                + $"{Entropy.Highest}.";
        }

        if (Advantage is PerReward && Truncation is SoftOverlong or ScaleTruncated or ReplaceTruncated)
        {
            yield return "algorithm.truncation changes the total of a score, but the advantages compare its parts; set algorithm.truncation.kind to keep or mask.";
        }

        if (Truncation is SoftOverlong soft && maxNewTokens > 0 && soft.Buffer > maxNewTokens)
        {
            yield return $"algorithm.truncation.buffer is {soft.Buffer} tokens, more than rollout.maxNewTokens {maxNewTokens}; lower it.";
        }
    }

    /// <summary>What a user should know of this algorithm: it runs, but is not what it may seem.</summary>
    internal IEnumerable<string> Notices()
    {
        if (Kl.Bias is { Length: > 0 } bias)
        {
            yield return $"algorithm.kl: {bias}";
        }

        if (Kl is { Coefficient: > 0, Placement: KlPlacement.InRewardAndLoss } && (NormalizeAdvantages || !Advantage.KeepsScale))
        {
            yield return "algorithm.kl.placement is inRewardAndLoss, whose two halves add up to the KL of whole responses only where advantages keep the scale of the "
                + "score (leaveOneOut, greedy, or a critic with lambda 1, none of them normalized); here the half in the reward is scaled with them.";
        }
    }
}
