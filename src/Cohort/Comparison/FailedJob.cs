namespace Cohort.Comparison;

/// <summary>A job of a comparison that failed, and is tried again when the comparison goes on.</summary>
/// <param name="Kind">What it was for.</param>
/// <param name="Path">Its run directory, relative to the comparison's.</param>
/// <param name="Message">Why, in one line of at most 300 characters; what a model wrote may stand in it.</param>
public sealed record FailedJob(JobKind Kind, string Path, string Message)
{
    private const int Longest = 300;

    /// <summary>The contender whose run or probe it is.</summary>
    internal string Contender => Path.Split('/')[^2];

    /// <summary>How a job failed.</summary>
    internal static FailedJob Of(JobEnd end)
    {
        var line = string.Concat(end.Message.Take(Longest).Select(character => char.IsControl(character) ? ' ' : character));
        return new(end.Job.Kind, end.Job.Path, end.Message.Length > Longest ? $"{line[..^1]}…" : line);
    }
}
