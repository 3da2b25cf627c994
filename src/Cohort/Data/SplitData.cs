using Cohort.Tensors;

namespace Cohort.Data;

/// <summary>
/// A list that is split by the hashes of its prompts; too short a list serves all splits as a whole. Training goes through its part in a
/// new random order every epoch.
/// </summary>
internal sealed class SplitData<T>
{
    private readonly ulong _seed;
    private readonly Purpose _purpose;
    private readonly IReadOnlyList<T> _training;
    private readonly IReadOnlyList<T> _validation;
    private readonly IReadOnlyList<T> _test;
    private Epoch _epoch;

    public SplitData(IReadOnlyList<T> items, Func<T, Problem> problem, ulong seed, Purpose purpose)
    {
        if (items.Count == 0)
            throw new ArgumentException("There are 0 lines of data; give at least one.", nameof(items));

        (_seed, _purpose) = (seed, purpose);
        var parts = items.ToLookup(item => Splits.Of(problem(item).SplitKey));
        IsHeldOut = items.Count >= SplitData.FewestItems && Enum.GetValues<Split>().All(parts.Contains);
        _training = [.. IsHeldOut ? parts[Split.Train] : items];
        _validation = Distinct(IsHeldOut ? parts[Split.Validation] : items, item => problem(item).Prompt);
        _test = Distinct(IsHeldOut ? parts[Split.Test] : items, item => problem(item).Prompt);
        _epoch = Shuffle(number: 0);
    }

    public bool IsHeldOut { get; }

    public long TrainingCount => _training.Count;

    public T Training(long cursor)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(cursor);
        var (number, index) = Math.DivRem(cursor, _training.Count);
        var epoch = _epoch;
        if (epoch.Number != number)
            _epoch = epoch = Shuffle(number);

        return _training[epoch.Order[index]];
    }

    public IReadOnlyList<T> HeldOut(Split split, int count)
    {
        SplitData.RequireHeldOut(split, count);
        return [.. (split == Split.Test ? _test : _validation).Take(count)];
    }

    private Epoch Shuffle(long number) =>
        new(number, Seeds.Permutation(_training.Count, Seeds.Sequence(_seed, _purpose, number, row: 0)));

    // In the order of their hashes: the first few are a fair sample of a file that is sorted, and reordering the file changes nothing.
    private static List<T> Distinct(IEnumerable<T> items, Func<T, string> prompt) =>
        [.. items.DistinctBy(prompt).OrderBy(item => Splits.Hash(prompt(item)))];

    private sealed record Epoch(long Number, int[] Order);
}

/// <summary>What all sources share.</summary>
internal static class SplitData
{
    /// <summary>Below this many items there is no split.</summary>
    public const int FewestItems = 20;

    /// <summary>Refuses to hand out training data as if they were held out.</summary>
    public static void RequireHeldOut(Split split, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        if (split is not (Split.Validation or Split.Test))
            throw new ArgumentOutOfRangeException(nameof(split), split, $"Held-out data are Validation or Test; {split} was asked for.");
    }
}
