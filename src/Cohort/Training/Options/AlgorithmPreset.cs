using Cohort.Advantages;
using Cohort.Losses;

namespace Cohort.Training;

/// <summary>The algorithms that a run file can name: <c>"algorithm": "ppo"</c>, or <c>"algorithm": {"preset": "ppo", ...}</c>.</summary>
public enum AlgorithmPreset
{
    /// <summary>Scores compared inside a group (arXiv:2402.03300), without a KL; also where none is named.</summary>
    Grpo,

    /// <summary>A critic and GAE (arXiv:1707.06347).</summary>
    Ppo,

    /// <summary>GRPO as DeepSeekMath published it: with 0.04 of an unweighted k3 in the loss (arXiv:2402.03300).</summary>
    DeepSeekMath,

    /// <summary>GRPO without the two biases of deviation and length (arXiv:2503.20783).</summary>
    DrGrpo,

    /// <summary>Clip-higher and the mean over all tokens (arXiv:2503.14476); with <c>rollout.maxRefills</c> for dynamic sampling.</summary>
    Dapo,

    /// <summary>The ratio of whole sequences (arXiv:2507.18071).</summary>
    Gspo,

    /// <summary>GSPO whose loss counts a sequence as often as it has tokens (arXiv:2602.05261).</summary>
    Luspo,

    /// <summary>A clipped weight on REINFORCE (arXiv:2506.13585).</summary>
    Cispo,

    /// <summary>A soft gate in place of the clip (arXiv:2511.20347).</summary>
    Sapo,

    /// <summary>The geometric mean of the ratios (arXiv:2507.20673).</summary>
    Gmpo,

    /// <summary>REINFORCE on centred scores, scaled by the share of groups with a signal (arXiv:2504.02546).</summary>
    Gpg,

    /// <summary>REINFORCE with the mean of the siblings as baseline (arXiv:2402.14740).</summary>
    Rloo,

    /// <summary>REINFORCE with the batch's mean as baseline (Williams, 1992).</summary>
    Reinforce,

    /// <summary>Rewards to go normalized over the batch (arXiv:2501.03262).</summary>
    ReinforcePlusPlus,

    /// <summary>Scores less their group's mean, normalized over the batch (arXiv:2501.03262).</summary>
    ReinforcePlusPlusBaseline,

    /// <summary>The greedy completion's score as baseline (arXiv:2310.10505).</summary>
    Remax,

    /// <summary>The length-weighted mean as baseline (arXiv:2505.23585).</summary>
    Opo,

    /// <summary>Each named reward normalized by itself (arXiv:2601.05242).</summary>
    Gdpo,
}

/// <summary>What the presets stand for. PPO and GRPO, and their kin: combinations of the same parts.</summary>
public static class AlgorithmPresets
{
    /// <summary>The algorithm of a name.</summary>
    /// <param name="preset">The name.</param>
    public static AlgorithmOptions Of(AlgorithmPreset preset) => preset switch
    {
        AlgorithmPreset.Grpo => AlgorithmOptions.Grpo,
        AlgorithmPreset.Ppo => AlgorithmOptions.Ppo,
        AlgorithmPreset.DeepSeekMath => AlgorithmOptions.Grpo with
        {
            Kl = new() { Coefficient = 0.04, Estimator = KlEstimator.PlainK3, Placement = KlPlacement.InLoss },
        },
        AlgorithmPreset.DrGrpo => AlgorithmOptions.Grpo with
        {
            Advantage = new GroupRelative { Scale = GroupScale.None },
            Reduction = Reduction.FixedLength,
        },
        AlgorithmPreset.Dapo => AlgorithmOptions.Grpo with
        {
            Loss = new ClippedLoss { High = 0.28 },
            Reduction = Reduction.TokenMean,
        },
        AlgorithmPreset.Gspo => AlgorithmOptions.Grpo with { Loss = Sequence(3e-4, 4e-4) },
        AlgorithmPreset.Luspo => AlgorithmOptions.Grpo with { Loss = Sequence(2e-3, 2.5e-3), Reduction = Reduction.ResponseSum },
        AlgorithmPreset.Cispo => AlgorithmOptions.Grpo with { Loss = new CispoLoss(), Reduction = Reduction.TokenMean },
        AlgorithmPreset.Sapo => AlgorithmOptions.Grpo with { Loss = new SapoLoss() },
        AlgorithmPreset.Gmpo => AlgorithmOptions.Grpo with { Loss = new GeometricMeanLoss() },
        AlgorithmPreset.Gpg => Plain(new SignalScaled()) with { Reduction = Reduction.TokenMean },
        AlgorithmPreset.Rloo => Plain(new LeaveOneOut()),
        AlgorithmPreset.Reinforce => Plain(new BatchBaseline()),
        AlgorithmPreset.ReinforcePlusPlus => AlgorithmOptions.Grpo with { Advantage = new ReinforcePlusPlus(), Reduction = Reduction.TokenMean },
        AlgorithmPreset.ReinforcePlusPlusBaseline => AlgorithmOptions.Grpo with
        {
            Advantage = new GroupBaseline(),
            Reduction = Reduction.TokenMean,
        },
        AlgorithmPreset.Remax => Plain(new GreedyBaseline()),
        AlgorithmPreset.Opo => Plain(new LengthWeighted()),
        AlgorithmPreset.Gdpo => AlgorithmOptions.Grpo with { Advantage = new PerReward() },
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static ClippedLoss Sequence(double low, double high) =>
        new() { Ratio = RatioLevel.Sequence, Low = low, High = high };

    // The policy gradient itself: summed over a response's tokens, so that nothing is biased by lengths.
    private static AlgorithmOptions Plain(AdvantageOptions advantage) => AlgorithmOptions.Grpo with
    {
        Advantage = advantage,
        Loss = new ReinforceLoss(),
        Reduction = Reduction.ResponseSum,
    };
}
