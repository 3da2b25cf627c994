namespace Cohort.Benchmarks.Results;

/// <summary>A ratio to the peer that was set as a goal.</summary>
/// <param name="What">In words.</param>
/// <param name="Case">Of eng/speed.sh.</param>
/// <param name="System">Which of the case's systems.</param>
/// <param name="Field">The number that is compared.</param>
/// <param name="Unit">Its unit.</param>
/// <param name="LessIsBetter">Whether the ratio is the peer's number over ours.</param>
/// <param name="Ratio">At least this.</param>
internal sealed record Goal(string What, string Case, string System, string Field, string Unit, bool LessIsBetter, double Ratio)
{
    private const string Float32 = "cohort", BFloat16 = "cohort-bfloat16";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Goal> All { get; } =
    [
        Rollout("tiny, 64 rows", "tiny", Float32, 4),
        Rollout("tiny, 1 row", "one-row", Float32, 7),
        Rollout("tiny, 1 row, bfloat16 weights", "one-row", BFloat16, 12),
        Rollout("small, 64 rows", "small", Float32, 2.5),
        Rollout("0.5B, 8 rows", "qwen", Float32, 2),
        Rollout("0.5B, 8 rows, bfloat16 weights", "qwen", BFloat16, 2),
        Update("tiny, completions of 8 to 64 tokens", "varied-tiny", 1.5),
        Update("small, completions of 8 to 64 tokens", "varied-small", 1.5),
        Update("tiny, equal lengths", "tiny", 1.15),
        Update("small, equal lengths", "small", 1.15),
        Update("0.5B, equal lengths", "qwen", 1),
        new("Peak memory, 0.5B", "qwen", Float32, "peak_rss_mb", "MiB", LessIsBetter: true, 1),
        new("Whole step, tiny, 64 rows", "tiny", Float32, "step_seconds", "s", LessIsBetter: true, 3),
    ];

    /// <summary>How many times better a number is than the peer's.</summary>
    public double RatioOf((double Peer, double Own) pair) => LessIsBetter ? pair.Peer / pair.Own : pair.Own / pair.Peer;

    private static Goal Rollout(string what, string name, string system, double ratio) =>
        new($"Rollout, {what}", name, system, "sample_tokens_per_second", "tokens/s", LessIsBetter: false, ratio);

    private static Goal Update(string what, string name, double ratio) =>
        new($"Update, {what}", name, Float32, "update_tokens_per_second", "tokens/s", LessIsBetter: false, ratio);
}
