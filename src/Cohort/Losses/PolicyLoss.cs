using System.Runtime.CompilerServices;
using System.Text.Json.Serialization;

namespace Cohort.Losses;

/// <summary>What the policy minimizes at each token: a closed set. <see cref="PolicyLosses"/> computes each.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(ClippedLoss), "clipped")]
[JsonDerivedType(typeof(UnclippedLoss), "unclipped")]
[JsonDerivedType(typeof(ReinforceLoss), "reinforce")]
[JsonDerivedType(typeof(CispoLoss), "cispo")]
[JsonDerivedType(typeof(SapoLoss), "sapo")]
[JsonDerivedType(typeof(GeometricMeanLoss), "geometricMean")]
[JsonDerivedType(typeof(DppoLoss), "dppo")]
[JsonDerivedType(typeof(ClipCovLoss), "clipCov")]
[JsonDerivedType(typeof(KlCovLoss), "klCov")]
[JsonDerivedType(typeof(DroLoss), "dro")]
[JsonDerivedType(typeof(VespoLoss), "vespo")]
public abstract record PolicyLoss
{
    private protected PolicyLoss()
    {
    }

    private protected static double InRange(bool holds, double value, string rule, [CallerMemberName] string name = "") =>
        holds ? value : throw new ArgumentOutOfRangeException(name, value, $"{name} must {rule}.");
}

/// <summary>
/// The clipped surrogate (seed, "The PPO Clipping Mechanism"; PPO, arXiv:1707.06347, eq. 7). With <see cref="RatioLevel.Sequence"/> it is GSPO
/// (arXiv:2507.18071), and with the response's sum as reduction LUSPO (arXiv:2602.05261).
/// </summary>
public sealed record ClippedLoss : PolicyLoss
{
    /// <summary>Of what the ratio is taken.</summary>
    public RatioLevel Ratio { get; init; } = RatioLevel.Token;

    /// <summary>ε below 1, in units of probability ratio; 0.2 in PPO, 3e-4 in GSPO.</summary>
    public double Low { get; init => field = InRange(value is > 0 and < 1, value, "lie in (0, 1)"); } = 0.2;

    /// <summary>ε above 1, in units of probability ratio; 0.2 in PPO, 0.28 in DAPO, 4e-4 in GSPO.</summary>
    public double High { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 0.2;

    /// <summary>c: where A &lt; 0 the loss is at most -c A (dual clip, arXiv:1912.09729); 0 is none.</summary>
    public double DualClip { get; init => field = InRange(value is 0 or (> 1 and <= 1000), value, "lie in (1, 1000]; 0 is none"); }

    /// <summary>δ: the ratio counts as at most δ (INTELLECT-2, arXiv:2505.07291, two-sided clipping); 0 is none.</summary>
    public double RatioCap { get; init => field = InRange(value is 0 or (> 1 and <= 1000), value, "lie in (1, 1000]; 0 is none"); }
}

/// <summary>-r A, importance-weighted without a clip (seed, "Importance Sampling and Off-Policy Correction").</summary>
public sealed record UnclippedLoss : PolicyLoss
{
    /// <summary>Of what the ratio is taken.</summary>
    public RatioLevel Ratio { get; init; } = RatioLevel.Token;
}

/// <summary>-A log π (seed, "The Gradient Estimator"); also GPG's loss (arXiv:2504.02546).</summary>
public sealed record ReinforceLoss : PolicyLoss;

/// <summary>-sg(clip(r)) A log π (CISPO, arXiv:2506.13585): the weight is clipped, and no token loses its gradient.</summary>
public sealed record CispoLoss : PolicyLoss
{
    /// <summary>The weight is at least 1 - Low; 1 is no lower bound, as in the paper.</summary>
    public double Low { get; init => field = InRange(value is > 0 and <= 1, value, "lie in (0, 1]"); } = 1;

    /// <summary>The weight is at most 1 + High; verl's default. TRL's documentation advises a bound of 5, which is 4 here.</summary>
    public double High { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 0.2;
}

/// <summary>A soft gate in place of the clip (SAPO, arXiv:2511.20347).</summary>
public sealed record SapoLoss : PolicyLoss
{
    /// <summary>τ where A > 0; larger narrows the gate.</summary>
    public double PositiveTemperature { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 1;

    /// <summary>τ where A is not above 0; larger narrows the gate.</summary>
    public double NegativeTemperature { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 1.05;
}

/// <summary>The geometric mean of clipped token ratios (GMPO, arXiv:2507.20673).</summary>
public sealed record GeometricMeanLoss : PolicyLoss
{
    /// <summary>A token's log-ratio is at least -Low where A &lt; 0; nats.</summary>
    public double Low { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 0.4;

    /// <summary>A token's log-ratio is at most High where A > 0; nats.</summary>
    public double High { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 0.4;
}

/// <summary>Which divergence between two distributions over {this token, any other} bounds an update.</summary>
public enum BinaryDivergence
{
    /// <summary>|π - π_old|.</summary>
    TotalVariation,

    /// <summary>π_old log(π_old / π) + (1 - π_old) log((1 - π_old) / (1 - π)), nats.</summary>
    Kl,
}

/// <summary>A token's update stops where it has moved the policy too far already (DPPO, arXiv:2602.04879).</summary>
public sealed record DppoLoss : PolicyLoss
{
    /// <summary>How distance is measured.</summary>
    public BinaryDivergence Divergence { get; init; } = BinaryDivergence.TotalVariation;

    /// <summary>The largest divergence of a token whose probability fell, where A is not above 0.</summary>
    public double Low { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 0.2;

    /// <summary>The largest divergence of a token whose probability rose, where A > 0.</summary>
    public double High { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 0.2;

    /// <summary>The importance weight is at most this; verl's default.</summary>
    public double RatioCap { get; init => field = InRange(value is > 1 and <= 1000, value, "lie in (1, 1000]"); } = 20;
}

/// <summary>
/// The clipped surrogate, without some tokens drawn from those whose log-prob and advantage vary together most (Clip-Cov,
/// arXiv:2505.22617).
/// </summary>
public sealed record ClipCovLoss : PolicyLoss
{
    /// <summary>ε below 1, in units of probability ratio.</summary>
    public double Low { get; init => field = InRange(value is > 0 and < 1, value, "lie in (0, 1)"); } = 0.2;

    /// <summary>ε above 1, in units of probability ratio.</summary>
    public double High { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 0.2;

    /// <summary>The share of the minibatch's tokens that are left out, at least one token.</summary>
    public double Fraction { get; init => field = InRange(value is > 0 and <= 1, value, "lie in (0, 1]"); } = 2e-4;

    /// <summary>A token may be left out if its covariance is above this.</summary>
    public double CovarianceLow { get; init => field = InRange(double.IsFinite(value), value, "be finite"); } = 1;

    /// <summary>A token may be left out if its covariance is below this.</summary>
    public double CovarianceHigh { get; init => field = InRange(double.IsFinite(value), value, "be finite"); } = 5;
}

/// <summary>
/// -r A, plus a penalty on the tokens whose log-prob and advantage vary together most (KL-Cov, arXiv:2505.22617).
/// </summary>
public sealed record KlCovLoss : PolicyLoss
{
    /// <summary>The share of the minibatch's tokens that are penalized, at least one token.</summary>
    public double Fraction { get; init => field = InRange(value is > 0 and <= 1, value, "lie in (0, 1]"); } = 2e-4;

    /// <summary>β, the weight of |log π - log π_old|.</summary>
    public double Coefficient { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 1;
}

/// <summary>-A log π + β/2 (log π - log π_old)^2 (DRO, arXiv:2405.19107).</summary>
public sealed record DroLoss : PolicyLoss
{
    /// <summary>β, the weight of the squared log-ratio.</summary>
    public double Beta { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 0.05;
}

/// <summary>REINFORCE under a gamma-shaped weight of the response's ratio (VESPO, arXiv:2602.10693).</summary>
public sealed record VespoLoss : PolicyLoss
{
    /// <summary>k where A is not below 0.</summary>
    public double PositivePower { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 2;

    /// <summary>λ where A is not below 0.</summary>
    public double PositiveRate { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 3;

    /// <summary>k where A &lt; 0.</summary>
    public double NegativePower { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 3;

    /// <summary>λ where A &lt; 0.</summary>
    public double NegativeRate { get; init => field = InRange(value is > 0 and <= 100, value, "lie in (0, 100]"); } = 2;
}
