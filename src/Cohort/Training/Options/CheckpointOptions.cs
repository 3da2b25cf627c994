namespace Cohort.Training;

/// <summary>Saving.</summary>
public sealed record CheckpointOptions
{
    /// <summary>Steps between checkpoints; the last step always has one.</summary>
    public int Every
    {
        get;
        init => field = value is >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Every), value, "Every must be at least 1.");
    } = 25;

    /// <summary>How many of the newest are kept, beside the best.</summary>
    public int Keep
    {
        get;
        init => field = value is >= 1 ? value
            : throw new ArgumentOutOfRangeException(nameof(Keep), value, "Keep must be at least 1.");
    } = 2;
}
