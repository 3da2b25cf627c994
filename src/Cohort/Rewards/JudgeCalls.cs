namespace Cohort.Rewards;

/// <summary>How a <see cref="JudgeReward"/> calls its model.</summary>
public sealed record JudgeCalls
{
    /// <summary>How often the judge is asked again after a failure that may pass, in [0, 20].</summary>
    public int Retries
    {
        get;
        init => field = value is >= 0 and <= 20 ? value
            : throw new ArgumentOutOfRangeException(nameof(Retries), value, "Retries must lie in [0, 20].");
    } = 2;

    /// <summary>Time for one reply, after which the judge is asked again; above 0 and at most an hour.</summary>
    public TimeSpan ReplyTime
    {
        get;
        init => field = value > TimeSpan.Zero && value <= TimeSpan.FromHours(1) ? value
            : throw new ArgumentOutOfRangeException(nameof(ReplyTime), value, "ReplyTime must be above 0 and at most an hour.");
    } = TimeSpan.FromSeconds(20);

    /// <summary>The pause before the first retry, which doubles with each further one; at most a minute.</summary>
    public TimeSpan FirstPause
    {
        get;
        init => field = value >= TimeSpan.Zero && value <= TimeSpan.FromMinutes(1) ? value
            : throw new ArgumentOutOfRangeException(nameof(FirstPause), value, "FirstPause must lie between 0 and a minute.");
    } = TimeSpan.FromSeconds(1);

    /// <summary>Temperature of the judge's sampling, in [0, 2]; 0 for its likeliest reply.</summary>
    public float Temperature
    {
        get;
        init => field = value is >= 0 and <= 2 ? value
            : throw new ArgumentOutOfRangeException(nameof(Temperature), value, "Temperature must lie in [0, 2].");
    }

    /// <summary>The longest reply in tokens of the judge, in [16, 32768]; the verdict is its last line.</summary>
    public int MaxOutputTokens
    {
        get;
        init => field = value is >= 16 and <= 32768 ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxOutputTokens), value, "MaxOutputTokens must lie in [16, 32768].");
    } = 512;

    /// <summary>How many completions are judged at once, in [1, 256].</summary>
    public int Concurrency
    {
        get;
        init => field = value is >= 1 and <= 256 ? value
            : throw new ArgumentOutOfRangeException(nameof(Concurrency), value, "Concurrency must lie in [1, 256].");
    } = 8;
}
