namespace Cohort.Tests.Golden;

/// <summary>Checks of reductions, KL, entropy, value, ranking and supervised losses, log-probabilities.</summary>
internal static class LossCases
{
    public static IEnumerable<KeyValuePair<string, Action<GoldenCase>>> All =>
    [
    ];
}
