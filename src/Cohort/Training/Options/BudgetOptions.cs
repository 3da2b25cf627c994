namespace Cohort.Training;

/// <summary>When a run ends: at the first limit. Learning-rate schedules run over it.</summary>
public sealed record BudgetOptions
{
    /// <summary>Steps; 0 is no limit.</summary>
    public int Steps
    {
        get;
        init => field = value is >= 0 and <= 100_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Steps), value, "Steps must lie in [0, 100000000]; 0 is no limit.");
    } = 100;

    /// <summary>Sampled tokens; 0 is no limit.</summary>
    public long Tokens
    {
        get;
        init => field = value is >= 0 ? value
            : throw new ArgumentOutOfRangeException(nameof(Tokens), value, "Tokens must be at least 0; 0 is no limit.");
    }

    /// <summary>The share of the budget that is used up, in [0, 1].</summary>
    internal double Progress(long step, long tokens) => Math.Min(
        1, Math.Max(Steps > 0 ? (double)step / Steps : 0, Tokens > 0 ? (double)tokens / Tokens : 0));
}
