namespace Cohort.Training;

/// <summary>All options of supervised fine-tuning: `cohort sft`.</summary>
public sealed record SftOptions : SupervisedOptions
{
    /// <summary>Demonstrations per optimizer step.</summary>
    public int BatchRows
    {
        get;
        init => field = value is >= 1 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(BatchRows), value, "BatchRows must lie in [1, 1000000].");
    } = 128;

    /// <summary>The longest answer that evaluation samples, in tokens; 0 is the longest demonstration of the held-out split.</summary>
    public int MaxNewTokens
    {
        get;
        init => field = value is >= 0 and <= 1_000_000 ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxNewTokens), value, "MaxNewTokens must lie in [0, 1000000]; 0 is automatic.");
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Problems() => SupervisedProblems("a prompt and a completion", ("maxNewTokens", MaxNewTokens));
}
