using Cohort.Tensors;

namespace Cohort.Data;

/// <summary>
/// Rows of a list, such as a user's file: split by the hashes of their prompts, shuffled anew every epoch. Fewer than 20 rows, or so few that a split
/// would be empty, are not split: all of them serve training, validation and test. Held-out rows of a list of their own are split into halves in the same
/// way, and what shares a prompt with one of them is left out of training. A row is asked of its list whenever it is needed: memory holds its index.
/// </summary>
/// <typeparam name="T">A row.</typeparam>
public sealed class ListSource<T> : DataSource<T>
{
    private readonly IReadOnlyList<T> _items;
    private readonly IReadOnlyList<T> _heldOut;
    private readonly Func<T, Problem> _problem;
    private readonly ulong _seed;
    private readonly Purpose _purpose;
    private readonly IReadOnlyList<string> _notices;
    private readonly int[] _training;
    private readonly SelectedRows<T> _validation;
    private readonly SelectedRows<T> _test;
    private Epoch _epoch;

    internal ListSource(
        IReadOnlyList<T> items, IReadOnlyList<T> heldOut, Func<T, Problem> problem, ulong seed, Purpose purpose, IReadOnlyList<string> notices)
    {
        if (items.Count == 0)
            throw new ArgumentException("There are 0 lines of data; give at least one.", nameof(items));

        (_items, _heldOut, _problem, _seed, _purpose, _notices, Notices) = (items, heldOut, problem, seed, purpose, notices, notices);
        var keys = Keys(items);
        var others = heldOut.Count == 0 ? keys : Keys(heldOut);
        var parts = Enumerable.Range(0, others.Length)
            .ToLookup(index => heldOut.Count == 0 ? Splits.Of(others[index].Split) : Splits.HalfOf(others[index].Split));
        var isSplit = others.Length >= ListSource.FewestItems && parts.Contains(Split.Validation) && parts.Contains(Split.Test)
            && (heldOut.Count > 0 || parts.Contains(Split.Train));
        _validation = Distinct(Split.Validation);
        _test = Distinct(Split.Test);
        IsHeldOut = isSplit || heldOut.Count > 0;
        _training = heldOut.Count > 0 ? WithoutOverlap(keys, [.. others.Select(key => key.Split)])
            : [.. isSplit ? parts[Split.Train] : Enumerable.Range(0, keys.Length)];
        if (_training.Length == 0)
            throw new DataException($"Every prompt of the {items.Count} training rows also stands in the held-out file; name two files that differ.");
        if (heldOut.Count > 0 && _training.Length < items.Count)
        {
            Notices =
            [
                .. notices,
                $"Rows left out of training, as their prompts also stand in the held-out file: {items.Count - _training.Length} of {items.Count}.",
            ];
        }

        _epoch = Shuffle(number: 0);

        // In the order of their hashes: the first few are a fair sample of a file that is sorted, and reordering the file changes nothing.
        SelectedRows<T> Distinct(Split part) => new(
            heldOut.Count == 0 ? items : heldOut,
            [.. (isSplit ? parts[part] : Enumerable.Range(0, others.Length)).DistinctBy(index => others[index].Prompt).OrderBy(index => others[index].Prompt)]);
    }

    /// <inheritdoc/>
    public override bool IsHeldOut { get; }

    /// <inheritdoc/>
    public override long? TrainingCount => _training.Length;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Notices { get; }

    /// <inheritdoc/>
    public override T Training(long cursor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cursor);
        var (number, index) = Math.DivRem(cursor, _training.Length);
        var epoch = _epoch;
        if (epoch.Number != number)
            _epoch = epoch = Shuffle(number);

        return _items[_training[epoch.Order[index]]];
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
        var (fitting, heldOut) = (SelectedRows<T>.Where(_items, fits), SelectedRows<T>.Where(_heldOut, fits));
        var (all, left) = (_items.Count + _heldOut.Count, fitting.Count + heldOut.Count);
        if (fitting.Count == 0 || (heldOut.Count == 0 && _heldOut.Count > 0))
            throw new DataException($"Of {(fitting.Count == 0 ? _items.Count : _heldOut.Count)} rows, none is left: {rule}.");
        return left == all ? this : new ListSource<T>(
            fitting, heldOut, _problem, _seed, _purpose, [.. _notices, $"Rows left out: {all - left} of {all}, as {rule}."]);
    }

    private static int[] WithoutOverlap((ulong Split, ulong Prompt)[] keys, HashSet<ulong> heldOut) =>
        [.. Enumerable.Range(0, keys.Length).Where(index => !heldOut.Contains(keys[index].Split))];

    private (ulong Split, ulong Prompt)[] Keys(IReadOnlyList<T> rows)
    {
        var keys = new (ulong, ulong)[rows.Count];
        foreach (var (index, row) in rows.Index())
            keys[index] = _problem(row) is var problem ? (Splits.Hash(problem.SplitKey), Splits.Hash(problem.Prompt)) : default;
        return keys;
    }

    private Epoch Shuffle(long number) =>
        new(number, Seeds.Permutation(_training.Length, Seeds.Sequence(_seed, _purpose, number, row: 0)));

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
    public static ListSource<Problem> Of(IReadOnlyList<Problem> problems, ulong seed) => Of(problems, [], seed);

    /// <inheritdoc cref="Of(IReadOnlyList{Problem}, ulong)"/>
    /// <param name="problems">At least one.</param>
    /// <param name="heldOut">Those of validation and test; where there are none, a share of the problems.</param>
    /// <param name="seed">The run's seed; changes the order of training only.</param>
    /// <exception cref="DataException">All prompts are held out.</exception>
    public static ListSource<Problem> Of(IReadOnlyList<Problem> problems, IReadOnlyList<Problem> heldOut, ulong seed) =>
        new(problems, heldOut, problem => problem, seed, Purpose.TrainingProblems,
            [.. Repetitions.Notices(problems, row => (row.Prompt, row.Reference)), .. Skipped(heldOut)]);

    /// <summary>A source of demonstrations.</summary>
    /// <inheritdoc cref="Of(IReadOnlyList{Problem}, ulong)"/>
    /// <param name="demonstrations">At least one.</param>
    public static ListSource<Demonstration> Of(IReadOnlyList<Demonstration> demonstrations, ulong seed) => Of(demonstrations, [], seed);

    /// <summary>A source of demonstrations.</summary>
    /// <inheritdoc cref="Of(IReadOnlyList{Problem}, IReadOnlyList{Problem}, ulong)"/>
    /// <param name="demonstrations">At least one.</param>
    public static ListSource<Demonstration> Of(IReadOnlyList<Demonstration> demonstrations, IReadOnlyList<Demonstration> heldOut, ulong seed) =>
        new(demonstrations, heldOut, pair => pair.Problem, seed, Purpose.Demonstrations,
            [.. Repetitions.Notices(demonstrations, row => (row.Problem.Prompt, row.Completion)), .. Skipped(heldOut)]);

    /// <summary>A source of preferences.</summary>
    /// <inheritdoc cref="Of(IReadOnlyList{Problem}, ulong)"/>
    /// <param name="preferences">At least one.</param>
    public static ListSource<Preference> Of(IReadOnlyList<Preference> preferences, ulong seed) => Of(preferences, [], seed);

    /// <summary>A source of preferences.</summary>
    /// <inheritdoc cref="Of(IReadOnlyList{Problem}, IReadOnlyList{Problem}, ulong)"/>
    /// <param name="preferences">At least one.</param>
    public static ListSource<Preference> Of(IReadOnlyList<Preference> preferences, IReadOnlyList<Preference> heldOut, ulong seed) =>
        new(preferences, heldOut, pair => pair.Problem, seed, Purpose.Preferences, [.. Repetitions.Notices(preferences), .. Skipped(heldOut)]);

    /// <summary>Refuses to hand out training data as if they were held out.</summary>
    internal static void RequireHeldOut(Split split, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (split is not (Split.Validation or Split.Test))
            throw new ArgumentOutOfRangeException(nameof(split), split, $"Held-out data are Validation or Test; {split} was asked for.");
    }

    private static IReadOnlyList<string> Skipped<T>(IReadOnlyList<T> rows) => (rows as FileRows<T>)?.Notices ?? [];
}
