namespace Cohort.Training;

/// <summary>The reward for keeping several tokens possible: c_ent, fixed or moved to hold a target.</summary>
public sealed record EntropyBonus
{
    /// <summary>c_ent, fixed, or the first value where <see cref="Target"/> is set; 0 is none.</summary>
    public double Coefficient
    {
        get;
        init => field = value is >= 0 and <= 10 ? value
            : throw new ArgumentOutOfRangeException(nameof(Coefficient), value, "Coefficient must lie in [0, 10].");
    }

    /// <summary>The entropy per token, in nats, below which the coefficient rises and above which it falls; 0 leaves it fixed.</summary>
    public double Target
    {
        get;
        init => field = value is >= 0 and <= 1000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Target), value, "Target must lie in [0, 1000]; 0 leaves the coefficient fixed.");
    }

    /// <summary>How far the coefficient moves at a time; above 0.</summary>
    public double Step
    {
        get;
        init => field = value is > 0 and <= 10 ? value
            : throw new ArgumentOutOfRangeException(nameof(Step), value, "Step must lie in (0, 10].");
    } = 0.005;

    /// <summary>Rising ends here.</summary>
    public double Highest
    {
        get;
        init => field = value is >= 0 and <= 10 ? value
            : throw new ArgumentOutOfRangeException(nameof(Highest), value, "Highest must lie in [0, 10].");
    } = 1;

    /// <summary>Falling ends here.</summary>
    public double Lowest
    {
        get;
        init => field = value is >= 0 and <= 10 ? value
            : throw new ArgumentOutOfRangeException(nameof(Lowest), value, "Lowest must lie in [0, 10].");
    }
}
