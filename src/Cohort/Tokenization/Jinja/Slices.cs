namespace Cohort.Tokenization.Jinja;

/// <summary>Python's slices of a list.</summary>
internal static class Slices
{
    /// <summary>The elements from start up to stop, every step-th; backwards for a negative step.</summary>
    public static IReadOnlyList<object?> Of(IReadOnlyList<object?> items, long? start, long? stop, long? step)
    {
        if (step == 0)
            throw new JinjaException("a slice's step must not be 0");
        var stride = Math.Clamp(step ?? 1, -(long)items.Count - 1, (long)items.Count + 1);

        var (lowest, highest) = stride > 0 ? (0, items.Count) : (-1, items.Count - 1);
        var from = Bound(start, stride > 0 ? lowest : highest);
        var to = Bound(stop, stride > 0 ? highest : lowest);
        var part = new List<object?>();
        for (var at = from; stride > 0 ? at < to : at > to; at += stride)
            part.Add(items[(int)at]);
        return part;

        long Bound(long? index, long otherwise) =>
            index is not { } given ? otherwise : Math.Clamp(given < 0 ? given + items.Count : given, lowest, highest);
    }
}
