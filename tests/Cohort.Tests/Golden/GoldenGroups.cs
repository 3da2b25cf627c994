using static TorchSharp.torch;

namespace Cohort.Tests.Golden;

/// <summary>
/// Rows whose groups are named by an index, brought into groups of one size and adjacent rows; short groups are filled with rows without a score.
/// </summary>
internal sealed class GoldenGroups
{
    private readonly Tensor _from;
    private readonly Tensor _to;

    public GoldenGroups(GoldenCase golden)
    {
        var groups = golden["inputs/index"].EnumerateArray().Select((name, row) => (Name: name.ToString(), Row: (long)row))
            .GroupBy(entry => entry.Name, entry => entry.Row).Select(group => group.ToArray()).ToArray();
        Rows = groups.Sum(group => group.Length);
        Size = Math.Max(2, groups.Max(group => group.Length));
        var slots = groups.SelectMany(group => group.Concat(Enumerable.Repeat(-1L, Size - group.Length))).ToArray();
        _from = tensor(slots.Select(row => Math.Max(row, 0)).ToArray());
        _to = tensor(Enumerable.Range(0, Rows).Select(row => (long)Array.IndexOf(slots, row)).ToArray());
        Scored = tensor(slots.Select(row => row >= 0).ToArray());
        Alone = tensor(Enumerable.Range(0, Rows).Select(row => groups.Single(group => group.Contains(row)).Length == 1).ToArray());
    }

    public int Rows { get; }

    /// <summary>Rows of a group, at least 2.</summary>
    public int Size { get; }

    /// <summary>Of the rows in groups: those that are in the file.</summary>
    public Tensor Scored { get; }

    /// <summary>Of the file's rows: those that are a group of their own.</summary>
    public Tensor Alone { get; }

    public Tensor Everyone => ones_like(Alone);

    /// <summary>All of the file's rows, if one of them is alone; else none.</summary>
    public Tensor AnyAlone() => Alone.any().expand(Rows);

    /// <summary>Of the file's rows: those in groups of equal scores.</summary>
    public Tensor Equal(Tensor scores)
    {
        var groups = Take(scores).view(-1, Size);
        var first = groups.narrow(1, 0, 1);
        var same = (groups == first).logical_or(~Scored.view(-1, Size)).all(1).repeat_interleave(Size);
        return Back(same);
    }

    /// <summary>From the file's rows to rows in groups.</summary>
    public Tensor Take(Tensor rows) => rows.index_select(0, _from);

    /// <summary>From rows in groups to the file's rows.</summary>
    public Tensor Back(Tensor rows) => rows.index_select(0, _to);
}
