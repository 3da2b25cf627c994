using Cohort.Losses;
using Cohort.Models;

namespace Cohort.Training;

/// <summary>Where the KL to the reference acts (seed, "KL Regularization and Trust Regions").</summary>
public enum KlPlacement
{
    /// <summary>Subtracted from the reward of each token.</summary>
    InReward,

    /// <summary>Added to the loss.</summary>
    InLoss,

    /// <summary>Each token's own exact KL in the loss, that of the states after it in the reward: together the KL of whole responses, exactly.</summary>
    InRewardAndLoss,
}

/// <summary>The tether to the reference: one coefficient, one place.</summary>
public sealed record KlPenalty
{
    /// <summary>β, fixed, or the first value where <see cref="Target"/> is set; 0 is no penalty.</summary>
    public double Coefficient
    {
        get;
        init => field = value is >= 0 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Coefficient), value, "Coefficient must lie in [0, 1000].");
    }

    /// <summary>Which number stands for the KL.</summary>
    public KlEstimator Estimator { get; init; } = KlEstimator.K1;

    /// <summary>Where it acts.</summary>
    public KlPlacement Placement { get; init; } = KlPlacement.InReward;

    /// <summary>The KL per token, in nats, that β is adapted to hold (arXiv:1909.08593, section 2.2); 0 leaves β fixed.</summary>
    public double Target
    {
        get;
        init => field = value is >= 0 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Target), value, "Target must lie in [0, 1000]; 0 leaves the coefficient fixed.");
    }

    /// <summary>Completions over which β may change by about its own size; 10,000 in arXiv:1909.08593.</summary>
    public double Horizon
    {
        get;
        init => field = value is >= 1 and < double.PositiveInfinity ? value
            : throw new ArgumentOutOfRangeException(nameof(Horizon), value, "Horizon must be at least 1 completion, and finite.");
    } = 10_000;

    /// <summary>Measures the KL even where β is 0; costs the reference's memory and a forward pass.</summary>
    public bool Measure { get; init; }

    /// <summary>
    /// The type that the reference's weights are kept in: bfloat16 halves their memory, and rounds them once; auto is the policy's own. Under an adapter
    /// the reference stands on the policy's base, and has no weights of its own.
    /// </summary>
    public WeightType ReferenceType { get; init; }

    /// <summary>Whether and how the reference follows the policy.</summary>
    public ReferenceRefresh Refresh { get; init; } = new NeverRefresh();

    /// <summary>Whether a term of it stands in the loss.</summary>
    internal bool ActsInLoss => Placement is KlPlacement.InLoss or KlPlacement.InRewardAndLoss;

    /// <summary>Whether the loss compares whole distributions, where its coefficient is above 0.</summary>
    internal bool ComparesWhole => ActsInLoss && Estimator == KlEstimator.Exact;

    /// <summary>What is wrong with this estimator in this place; empty where nothing is.</summary>
    internal string Problem => (Placement, Estimator) switch
    {
        _ when Coefficient == 0 => "",
        (KlPlacement.InReward, KlEstimator.Exact) =>
            "\"exact\" in the reward alone leaves out each token's own share, which acts as a baseline and drops out of the gradient; set "
            + "algorithm.kl.placement=inRewardAndLoss, or take k1 in the reward",
        (KlPlacement.InReward, KlEstimator.PlainK3) => "\"plainK3\" is a loss, and without its gradient the same as \"k3\"; name that",
        (KlPlacement.InLoss, KlEstimator.Abs) => "\"abs\" in the loss has the gradient of no divergence; take exact, k1, k2 or k3",
        (KlPlacement.InRewardAndLoss, not KlEstimator.Exact) => "both places together need \"exact\"",
        _ => "",
    };

    /// <summary>What a user should know of this estimator in this place, with its measured bias; empty where there is nothing to say.</summary>
    internal string Bias => (Placement, Estimator) switch
    {
        _ when Coefficient == 0 => "",
        (KlPlacement.InReward, KlEstimator.K2) => NotTheKl("k2", "1.03 off, cosine 0.13"),
        (KlPlacement.InReward, KlEstimator.K3) => NotTheKl("k3", "1.10 off, cosine -0.03"),
        (KlPlacement.InReward, KlEstimator.Abs) => NotTheKl("abs", "0.91 off, cosine 0.47"),
        (KlPlacement.InLoss, KlEstimator.PlainK3) =>
            "plainK3 in the loss has the gradient of the forward KL(reference || policy), on-policy, not of KL(policy || reference): 0.42 off, cosine 0.92 against the "
            + "KL of whole responses, measured on a small policy (docs/algorithms.md). k3 carries the ratio's weight and is right for the KL per token.",
        _ => "",
    };

    /// <summary>Whether the run keeps a frozen reference.</summary>
    internal bool NeedsReference => Coefficient > 0 || Measure;

    private static string NotTheKl(string estimator, string measured) =>
        $"{estimator} in the reward has not the gradient of the KL, since its own dependence on the policy is missing: {measured} against the KL of whole responses, "
        + "measured on a small policy (docs/algorithms.md). k1 in the reward is unbiased.";
}
