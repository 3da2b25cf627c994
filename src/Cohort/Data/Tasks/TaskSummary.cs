namespace Cohort.Data.Tasks;

/// <summary>What `cohort tasks` says of one task, and the sizes that it takes.</summary>
/// <param name="Name">Which task it is.</param>
/// <param name="Description">One sentence.</param>
/// <param name="SizeUnit">What the size counts, e.g. "digits".</param>
/// <param name="DefaultSize">The size where none is given.</param>
/// <param name="SmallestSize">The smallest size; every split of the data has problems at this size too.</param>
/// <param name="LargestSize">The largest size.</param>
public sealed record TaskSummary(
    TaskName Name, string Description, string SizeUnit, int DefaultSize, int SmallestSize, int LargestSize)
{
    /// <summary>The name as it stands in run files: in lower case.</summary>
    public string Id => Name.ToString().ToLowerInvariant();

    /// <summary>The size that a task of this kind has when asked for <paramref name="size"/>; 0 asks for the default.</summary>
    /// <param name="size">0, or between the smallest and the largest size.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is neither.</exception>
    public int Resolve(int size) => size switch
    {
        0 => DefaultSize,
        _ when size >= SmallestSize && size <= LargestSize => size,
        _ => throw new ArgumentOutOfRangeException(
            nameof(size),
            size,
            $"The task {Id} takes {SmallestSize} to {LargestSize} {SizeUnit}, or 0 for its default of {DefaultSize}."),
    };
}
