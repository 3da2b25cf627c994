namespace Cohort.Audit;

/// <summary>Which policies an audit measures.</summary>
public enum AuditedPolicy
{
    /// <summary>Both.</summary>
    Both,

    /// <summary>A row of logits for every state: it can be any policy at all.</summary>
    Table,

    /// <summary>A transformer of one layer in float64, whose states share their parameters.</summary>
    Transformer,
}

/// <summary>What an audit measures, and on how large a task.</summary>
public sealed record AuditOptions
{
    /// <summary>The most samples per prompt.</summary>
    public const int MostSamples = 16;

    /// <summary>The longest completions, in tokens.</summary>
    public const int Longest = 8;

    /// <summary>Which policies.</summary>
    public AuditedPolicy Policy { get; init; }

    /// <summary>Of the policies' first parameters, and of batches that are drawn.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>G, completions per prompt in a batch, in [2, 16].</summary>
    public int SamplesPerPrompt
    {
        get;
        init => field = value is >= 2 and <= MostSamples ? value
            : throw new ArgumentOutOfRangeException(
                nameof(SamplesPerPrompt), value,
                $"Samples per prompt must lie in [2, {MostSamples}]: below 2 nothing is compared, above the batches are too many.");
    } = 8;

    /// <summary>T, the length at which a completion is cut off, in [4, 8] tokens.</summary>
    public int Length
    {
        get;
        init => field = value is >= 4 and <= Longest ? value
            : throw new ArgumentOutOfRangeException(
                nameof(Length), value, $"Length must lie in [4, {Longest}] tokens: below 4 two prompts have one answer, above the batches are too many.");
    } = 5;
}

/// <summary>How far an audit is.</summary>
/// <param name="Share">What is done, in [0, 1].</param>
/// <param name="Doing">What is measured now.</param>
public readonly record struct AuditProgress(double Share, string Doing);
