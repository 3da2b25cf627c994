using System.Text.Json.Serialization;

namespace Cohort.Training;

/// <summary>Whether the reference follows the policy (TR-DPO, arXiv:2404.09656, section 3): a closed set.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(NeverRefresh), "never")]
[JsonDerivedType(typeof(PeriodicRefresh), "every")]
[JsonDerivedType(typeof(MovingAverage), "movingAverage")]
public abstract record ReferenceRefresh
{
    private protected ReferenceRefresh()
    {
    }
}

/// <summary>The reference stays the policy at the start of the run.</summary>
public sealed record NeverRefresh : ReferenceRefresh;

/// <summary>After every so many steps the reference becomes the policy (the hard update).</summary>
public sealed record PeriodicRefresh : ReferenceRefresh
{
    /// <summary>Steps from one refresh to the next.</summary>
    public int Steps
    {
        get;
        init => field = value >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Steps), value, "Steps must be at least 1.");
    } = 100;
}

/// <summary>After every step the reference becomes decay · reference + (1 - decay) · policy (the soft update). Not for adapters.</summary>
public sealed record MovingAverage : ReferenceRefresh
{
    /// <summary>The share of the reference that stays in each step; 1 - decay is the paper's α.</summary>
    public double Decay
    {
        get;
        init => field = value is > 0 and < 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Decay), value, "Decay must lie in (0, 1).");
    } = 0.99;
}
