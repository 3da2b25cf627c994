namespace Cohort.Tests.Golden;

/// <summary>Checks of rewards and penalties.</summary>
internal static class RewardCases
{
    public static IEnumerable<KeyValuePair<string, Action<GoldenCase>>> All =>
    [
    ];
}
