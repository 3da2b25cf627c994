namespace Cohort.Kernels;

/// <summary>Adjacent numbers of one of several lists: a task of a kernel that goes over all of them at once.</summary>
/// <param name="List">Which list, from 0.</param>
/// <param name="First">The first number.</param>
/// <param name="Count">How many.</param>
internal readonly record struct Portion(int List, long First, int Count)
{
    /// <summary>Numbers of a portion at most.</summary>
    public const int Largest = 1 << 14;

    /// <summary>Lists cut into portions, in their order.</summary>
    /// <param name="lengths">Of each list.</param>
    public static Portion[] Cut(IEnumerable<long> lengths) => [.. lengths.Index().SelectMany(list => Cut(list.Index, list.Item))];

    /// <summary>The numbers of this portion.</summary>
    /// <param name="list">The list that it is of, or one as long.</param>
    public Span<float> Of(Floats list) => list.Slice(First, Count);

    private static IEnumerable<Portion> Cut(int list, long length)
    {
        for (var first = 0L; first < length; first += Largest)
            yield return new(list, first, (int)Math.Min(Largest, length - first));
    }
}
