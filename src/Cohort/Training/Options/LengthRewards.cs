namespace Cohort.Training;

/// <summary>A cost for each token by which the answer misses a length, -slope * |length - target| (L1-Exact, arXiv:2503.04697, eq. 1).</summary>
public sealed record TokenLength : RewardOptions
{
    /// <summary>The length, in tokens; 0 makes each token cost.</summary>
    public int Target
    {
        get;
        init => field = value is >= 0 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Target), value, "Target must lie in [0, 1000000].");
    }

    /// <summary>What a token costs (the paper's α).</summary>
    public double Slope
    {
        get;
        init => field = value is > 0 and <= 1e6 ? value
            : throw new ArgumentOutOfRangeException(nameof(Slope), value, "Slope must lie in (0, 1000000].");
    } = 0.0003;

    /// <summary>The problem's field with a target of its own, in place of the one above; empty for none.</summary>
    public string Field { get; init; } = "";

    internal override bool IsGraded => true;

    internal override IEnumerable<(string Option, string Field)> RequiredFields => [("field", Field)];
}

/// <summary>
/// A penalty that grows over the last tokens before rollout.maxNewTokens (DAPO, arXiv:2503.14476, eq. 13). The same as algorithm.truncation.kind
/// softOverlong, but with a name, metrics and a weight of its own, so that it goes with advantages per reward.
/// </summary>
public sealed record Overlong : RewardOptions
{
    /// <summary>Tokens before the limit over which the penalty grows.</summary>
    public int Buffer
    {
        get;
        init => field = value is >= 1 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(Buffer), value, "Buffer must lie in [1, 1000000].");
    } = 1;

    /// <summary>What a completion as long as the limit loses; above 0.</summary>
    public double Penalty
    {
        get;
        init => field = value is > 0 and <= 1e6 ? value
            : throw new ArgumentOutOfRangeException(nameof(Penalty), value, "Penalty must lie in (0, 1000000].");
    } = 1;

    internal override bool IsGraded => true;

    /// <summary>Relations of these penalties to the rest of a run.</summary>
    /// <param name="run">All options.</param>
    internal static IEnumerable<string> Problems(RunOptions run)
    {
        foreach (var (path, reward) in run.Rewards)
        {
            if (reward is Overlong overlong && run.Rollout.MaxNewTokens > 0 && overlong.Buffer > run.Rollout.MaxNewTokens)
                yield return $"{path}.buffer is {overlong.Buffer} tokens, more than rollout.maxNewTokens {run.Rollout.MaxNewTokens}; lower it.";
        }

        if (run.Algorithm.Truncation is SoftOverlong && run.Reward.All.Any(reward => reward.Reward is Overlong { Weight: not 0 }))
        {
            yield return "reward has the kind overlong, and algorithm.truncation is softOverlong: the same penalty twice; set algorithm.truncation.kind=keep, "
                + "or leave out the reward.";
        }
    }
}
