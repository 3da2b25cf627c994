using Cohort.Telemetry;

namespace Cohort.Tests.Telemetry;

/// <summary>Steps for tests.</summary>
internal static class Steps
{
    public static StepMetrics Of(long step, params (string Name, double Value)[] values) =>
        new(step, values.Select(value => KeyValuePair.Create(value.Name, value.Value)).ToArray());
}
