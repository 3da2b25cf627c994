namespace Cohort.Tests.Golden;

/// <summary>Checks of optimizers, schedules, controllers and whole updates.</summary>
internal static class TrainingCases
{
    public static IEnumerable<KeyValuePair<string, Action<GoldenCase>>> All =>
    [
    ];
}
