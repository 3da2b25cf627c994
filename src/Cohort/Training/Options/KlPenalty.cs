using Cohort.Losses;

namespace Cohort.Training;

/// <summary>Where the KL to the reference acts (seed, "KL Regularization and Trust Regions").</summary>
public enum KlPlacement
{
    /// <summary>Subtracted from the reward of each token.</summary>
    InReward,

    /// <summary>Added to the loss.</summary>
    InLoss,
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

    /// <summary>Whether the run keeps a frozen reference.</summary>
    internal bool NeedsReference => Coefficient > 0 || Measure;
}
