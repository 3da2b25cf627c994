using Cohort.Telemetry;

namespace Cohort.Tests.Telemetry;

/// <summary>Steps for tests.</summary>
internal static class Steps
{
    public static StepMetrics Of(long step, params (string Name, double Value)[] values) =>
        new(step, values.Select(value => KeyValuePair.Create(value.Name, value.Value)).ToArray());

    public static RolloutLine Completion(string text) =>
        new(1, 0, 0, "problem", "prompt", text, "stop", 5, Score: 0.5, "", new Dictionary<string, double>(), Advantage: 0.25);
}
