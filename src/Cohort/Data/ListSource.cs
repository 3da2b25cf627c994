using Cohort.Tensors;

namespace Cohort.Data;

/// <summary>
/// Rows of a list, such as a user's file: split by the hashes of their prompts, shuffled anew every epoch. Fewer than 20 rows, or so few that a split
/// would be empty, are not split: all of them serve training, validation and test.
/// </summary>
/// <typeparam name="T">A row.</typeparam>
public sealed class ListSource<T> : DataSource<T>
{
    private readonly IReadOnlyList<T> _items;
    private readonly Func<T, Problem> _problem;
    private readonly ulong _seed;
    private readonly Purpose _purpose;
    private readonly IReadOnlyList<T> _training;
    private readonly IReadOnlyList<T> _validation;
    private readonly IReadOnlyList<T> _test;
    private Epoch _epoch;

    internal ListSource(IReadOnlyList<T> items, Func<T, Problem> problem, ulong seed, Purpose purpose, IReadOnlyList<string> notices)
    {
        if (items.Count == 0)
            throw new ArgumentException("There are 0 lines of data; give at least one.", nameof(items));

        (_items, _problem, _seed, _purpose, Notices) = (items, problem, seed, purpose, notices);
        var parts = items.ToLookup(item => Splits.Of(problem(item).SplitKey));
        IsHeldOut = items.Count >= ListSource.FewestItems && Enum.GetValues<Split>().All(parts.Contains);
        _training = [.. IsHeldOut ? parts[Split.Train] : items];
        _validation = Distinct(IsHeldOut ? parts[Split.Validation] : items, item => problem(item).Prompt);
        _test = Distinct(IsHeldOut ? parts[Split.Test] : items, item => problem(item).Prompt);
        _epoch = Shuffle(number: 0);
    }

    /// <inheritdoc/>
    public override bool IsHeldOut { get; }

    /// <inheritdoc/>
    public override long? TrainingCount => _training.Count;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notices { get; }

    /// <inheritdoc/>
    public override T Training(long cursor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cursor);
        var (number, index) = Math.DivRem(cursor, _training.Count);
        var epoch = _epoch;
        if (epoch.Number != number)
            _epoch = epoch = Shuffle(number);

        return _training[epoch.Order[index]];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<T> HeldOut(Split split, int count)
    {
        ListSource.RequireHeldOut(split, count);
        return [.. (split == Split.Test ? _test : _validation).Take(count)];
    }

    /// <inheritdoc/>
    internal override DataSource<T> Where(Func<T, bool> fits, string rule)
    {
        T[] fitting = [.. _items.Where(fits)];
        if (fitting.Length == 0)
            throw new DataException($"Of {_items.Count} rows, none is left: {rule}.");
        return fitting.Length == _items.Count ? this : new ListSource<T>(
            fitting, _problem, _seed, _purpose, [.. Notices, $"Rows left out: {_items.Count - fitting.Length} of {_items.Count}, as {rule}."]);
    }

    private Epoch Shuffle(long number) =>
        new(number, Seeds.Permutation(_training.Count, Seeds.Sequence(_seed, _purpose, number, row: 0)));

    // In the order of their hashes: the first few are a fair sample of a file that is sorted, and reordering the file changes nothing.
    private static List<T> Distinct(IEnumerable<T> items, Func<T, string> prompt) =>
        [.. items.DistinctBy(prompt).OrderBy(item => Splits.Hash(prompt(item)))];

    private sealed record Epoch(long Number, int[] Order);
}

/// <summary>Sources of lists.</summary>
public static class ListSource
{
    /// <summary>Below this many items there is no split.</summary>
    internal const int FewestItems = 20;

    /// <summary>A source of problems.</summary>
    /// <param name="problems">At least one.</param>
    /// <param name="seed">The run's seed; changes the order of training only.</param>
    /// <exception cref="ArgumentException">There are none.</exception>
    public static ListSource<Problem> Of(IReadOnlyList<Problem> problems, ulong seed) =>
        new(problems, problem => problem, seed, Purpose.TrainingProblems, Repetitions.Notices(problems, row => (row.Prompt, row.Reference)));

    /// <summary>A source of demonstrations.</summary>
    /// <inheritdoc cref="Of(IReadOnlyList{Problem}, ulong)"/>
    /// <param name="demonstrations">At least one.</param>
    public static ListSource<Demonstration> Of(IReadOnlyList<Demonstration> demonstrations, ulong seed) =>
        new(demonstrations, pair => pair.Problem, seed, Purpose.Demonstrations,
            Repetitions.Notices(demonstrations, row => (row.Problem.Prompt, row.Completion)));

    /// <summary>A source of preferences.</summary>
    /// <inheritdoc cref="Of(IReadOnlyList{Problem}, ulong)"/>
    /// <param name="preferences">At least one.</param>
    public static ListSource<Preference> Of(IReadOnlyList<Preference> preferences, ulong seed) =>
        new(preferences, pair => pair.Problem, seed, Purpose.Preferences, (preferences as FileRows<Preference>)?.Notices ?? []);

    /// <summary>Refuses to hand out training data as if they were held out.</summary>
    internal static void RequireHeldOut(Split split, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (split is not (Split.Validation or Split.Test))
            throw new ArgumentOutOfRangeException(nameof(split), split, $"Held-out data are Validation or Test; {split} was asked for.");
    }
}
