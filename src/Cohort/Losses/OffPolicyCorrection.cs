namespace Cohort.Losses;

/// <summary>What is done to importance ratios before they weigh a loss.</summary>
public enum OffPolicyMethod
{
    /// <summary>Every token weighs 1.</summary>
    None,

    /// <summary>The ratio, held between the bounds (truncated importance sampling; Ionides 2008; "tis" in verl and OpenRLHF).</summary>
    Truncate,

    /// <summary>The ratio, and 0 where it lies outside the bounds (IcePop).</summary>
    Mask,

    /// <summary>The token's own ratio, and 0 where the ratio of the chosen level lies outside the bounds (OpenRLHF's "seq-mask-tis").</summary>
    Gate,
}

/// <summary>Whose ratio is bounded.</summary>
public enum OffPolicyLevel
{
    /// <summary>The token's: little variance, but biased, since the states' distribution stays that of the behaviour policy.</summary>
    Token,

    /// <summary>The product over the response: unbiased before bounds, of a variance that grows exponentially with length.</summary>
    Sequence,

    /// <summary>The geometric mean over the response, which does not depend on its length.</summary>
    SequenceMean,
}

/// <summary>The correction for completions that an older policy or another engine sampled, from ratios pi_old / pi_behaviour.</summary>
public sealed record OffPolicyCorrection
{
    /// <summary>What is done to the ratios.</summary>
    public OffPolicyMethod Method { get; init; }

    /// <summary>Whose ratio it is.</summary>
    public OffPolicyLevel Level { get; init; }

    /// <summary>The lower bound, in units of probability ratio; 0 is none, 0.5 is usual.</summary>
    public double Low
    {
        get;
        init => field = value is >= 0 and <= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Low), value, "Low must lie in [0, 1], so that a ratio of 1 is never cut.");
    }

    /// <summary>The upper bound, in units of probability ratio; 2 is verl's.</summary>
    public double High
    {
        get;
        init => field = value is >= 1 and <= 1e8 ? value
            : throw new ArgumentOutOfRangeException(nameof(High), value, "High must lie in [1, 1e8], so that a ratio of 1 is never cut.");
    } = 2;

    /// <summary>
    /// The largest mean log π_behaviour - log π of a response of negative advantage, in nats per token; beyond it the response is left out
    /// (<see cref="OffPolicyMask"/>). 0 leaves none out.
    /// </summary>
    public double LargestSequenceKl
    {
        get;
        init => field = value is >= 0 and < double.PositiveInfinity ? value
            : throw new ArgumentOutOfRangeException(
                nameof(LargestSequenceKl), value, "LargestSequenceKl must be at least 0 and finite; 0 leaves no response out.");
    }

    /// <summary>Whether the weights are divided by their mean over the batch.</summary>
    public bool Normalize { get; init; }
}
