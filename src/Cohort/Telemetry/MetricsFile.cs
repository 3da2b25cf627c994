using System.Text.Json;

namespace Cohort.Telemetry;

/// <summary>Reads metrics.jsonl.</summary>
public static class MetricsFile
{
    /// <summary>
    /// All steps; a last line that was torn off is left out, and null reads as NaN. May be called while a run writes the file.
    /// </summary>
    /// <param name="path">A file that <see cref="JsonLinesSink"/> wrote.</param>
    /// <exception cref="InvalidDataException">A line before the last is not a step.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<StepMetrics> Read(string path) => LogReader.Read(path, Step);

    /// <summary>The step of one line.</summary>
    internal static StepMetrics Step(JsonElement line) => new(
        line.GetProperty("step").GetInt64(),
        line.EnumerateObject()
            .Where(field => field.Name != "step")
            .Select(field => KeyValuePair.Create(field.Name, field.Value.FiniteOrNaN()))
            .ToArray());
}
