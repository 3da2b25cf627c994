namespace Cohort.Tests.Golden;

/// <summary>Checks of sampling filters.</summary>
internal static class SamplingCases
{
    public static IEnumerable<KeyValuePair<string, Action<GoldenCase>>> All =>
    [
    ];
}
