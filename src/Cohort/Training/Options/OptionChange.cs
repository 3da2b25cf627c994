using System.Diagnostics;

namespace Cohort.Training;

/// <summary>What a changed option means for a run that is resumed.</summary>
public enum ResumeEffect
{
    /// <summary>None on the steps that are done: the run goes on as one that had the new value from the start.</summary>
    Exact,

    /// <summary>Sums are rounded differently from here on, so that the run goes on, but not bit for bit.</summary>
    OtherRounding,

    /// <summary>Learning rates run over the budget, and the steps that are done had those of the old one.</summary>
    OtherSchedule,

    /// <summary>It would change steps that are done, so that the run cannot be resumed with it.</summary>
    Refused,
}

/// <summary>One option that is not what it was when the run was saved.</summary>
/// <param name="Path">Its dotted key.</param>
/// <param name="Old">What it was, as JSON.</param>
/// <param name="New">What it is now, as JSON.</param>
/// <param name="Effect">What this means.</param>
public sealed record OptionChange(string Path, string Old, string New, ResumeEffect Effect)
{
    /// <summary>The change, its meaning, and where it is refused, the remedy.</summary>
    public string Message => Effect switch
    {
        ResumeEffect.Exact => $"{Path} goes from {Old} to {New}.",
        ResumeEffect.OtherRounding => $"{Path} goes from {Old} to {New}: sums are rounded differently from here on, so that "
            + "the run is not bit for bit the one that was never interrupted.",
        ResumeEffect.OtherSchedule => $"{Path} goes from {Old} to {New}: the learning rate runs over the budget, so that "
            + "the steps already done had other rates than in a run of this length.",
        ResumeEffect.Refused => $"{Path} is {New}, but the run was started with {Old}, and the change would alter steps "
            + $"that are done; keep {Old}, or start a new run directory.",
        _ => throw new UnreachableException(),
    };
}
