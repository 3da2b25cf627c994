namespace Cohort.Tests.Golden;

/// <summary>Checks of policy losses, of importance ratios and weights.</summary>
internal static class PolicyLossCases
{
    public static IEnumerable<KeyValuePair<string, Action<GoldenCase>>> All =>
    [
    ];
}
