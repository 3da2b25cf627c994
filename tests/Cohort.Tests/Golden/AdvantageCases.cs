namespace Cohort.Tests.Golden;

/// <summary>Checks of advantage estimators.</summary>
internal static class AdvantageCases
{
    public static IEnumerable<KeyValuePair<string, Action<GoldenCase>>> All =>
    [
    ];
}
