namespace Cohort.Telemetry;

/// <summary>
/// Writes metrics.jsonl: one line per step, the step first, then its numbers in their order, to the last bit; a number that is not finite
/// is null. Each line reaches the operating system at once.
/// </summary>
/// <param name="path">The file; made where there is none.</param>
/// <param name="keepBytes">Length to which an earlier part of the run is cut, as <see cref="LogFile.Length"/> gave it; 0 starts afresh.</param>
/// <exception cref="InvalidDataException">No line ends at that length: the file is shorter, or another one.</exception>
public sealed class JsonLinesSink(string path, long keepBytes) : LogFile(path, keepBytes), IMetricSink
{
    /// <inheritdoc/>
    /// <exception cref="IOException">The line cannot be written; the file ends with the line before.</exception>
    public void Write(StepMetrics metrics) => Append(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("step", metrics.Step);
        foreach (var (name, value) in metrics.Values)
            json.WriteFinite(name, value);

        json.WriteEndObject();
    });
}
