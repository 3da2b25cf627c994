namespace Cohort.Data;

/// <summary>
/// Where problems, demonstrations or preferences come from. Training rows are numbered without end, and the trainer keeps the number: a source has no
/// position of its own. Safe to use from several threads at once.
/// </summary>
/// <typeparam name="T">A row.</typeparam>
public abstract class DataSource<T>
{
    private protected DataSource()
    {
    }

    /// <summary>Whether the held-out rows stay out of training; false where the data are too few to be split.</summary>
    public abstract bool IsHeldOut { get; }

    /// <summary>How many rows training goes through before any comes again; null where they are generated without end.</summary>
    public abstract long? TrainingCount { get; }

    /// <summary>What a user should know of the rows, in sentences; empty where there is nothing to say.</summary>
    public virtual IReadOnlyList<string> Notices => [];

    /// <summary>The training row of one number: always the same one.</summary>
    /// <param name="cursor">The number, from 0.</param>
    public abstract T Training(long cursor);

    /// <summary>The source without the rows that do not fit; itself where all do, or where rows are generated without end.</summary>
    /// <param name="fits">Whether a row fits.</param>
    /// <param name="rule">What does not fit, the end of a notice's sentence.</param>
    /// <exception cref="DataException">No row fits.</exception>
    internal virtual DataSource<T> Where(Func<T, bool> fits, string rule) => this;

    /// <summary>The first rows of a held-out split, distinct by prompt, in an order that no seed changes.</summary>
    /// <param name="split">Validation or test.</param>
    /// <param name="count">How many; fewer are given where fewer exist.</param>
    public abstract IReadOnlyList<T> HeldOut(Split split, int count);
}
