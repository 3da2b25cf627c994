namespace Cohort.Data;

/// <summary>Where demonstrations for fine-tuning come from; numbered like the problems of a <see cref="ProblemSource"/>.</summary>
public abstract class DemonstrationSource
{
    private protected DemonstrationSource()
    {
    }

    /// <summary>Whether the held-out demonstrations stay out of training; false where the data are too few to be split.</summary>
    public abstract bool IsHeldOut { get; }

    /// <summary>How many demonstrations training goes through before any comes again; null where they are generated without end.</summary>
    public abstract long? TrainingCount { get; }

    /// <summary>The training demonstration of one number: always the same one.</summary>
    /// <param name="cursor">The number, from 0.</param>
    public abstract Demonstration Training(long cursor);

    /// <summary>The first demonstrations of a held-out split, distinct by prompt, in an order that no seed changes.</summary>
    /// <param name="split">Validation or test.</param>
    /// <param name="count">How many; fewer are given where fewer exist.</param>
    public abstract IReadOnlyList<Demonstration> HeldOut(Split split, int count);
}
