namespace Cohort.Telemetry;

/// <summary>Writes evaluations.jsonl: one line per measurement on held-out problems. Each line reaches the operating system at once.</summary>
/// <param name="path">The file; made where there is none.</param>
/// <param name="keepBytes">Length to which an earlier part of the run is cut, as <see cref="LogFile.Length"/> gave it; 0 starts afresh.</param>
/// <exception cref="InvalidDataException">No line ends at that length: the file is shorter, or another one.</exception>
public sealed class EvaluationLog(string path, long keepBytes) : LogFile(path, keepBytes)
{
    /// <summary>Appends one measurement.</summary>
    /// <param name="line">Plain values.</param>
    /// <exception cref="IOException">The line cannot be written; the file ends with the line before.</exception>
    public void Append(EvaluationLine line) => Append(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("step", line.Step);
        json.WriteNumber("sampled_tokens", line.SampledTokens);
        json.WriteFinite("seconds", line.Seconds);
        json.WriteFinite("processor_seconds", line.ProcessorSeconds);
        json.WriteFinite("length_mean", line.LengthMean);
        json.WriteArray("scored", line.Scored, json.WriteNumberValue);
        json.WriteArray("passed", line.Passed, json.WriteNumberValue);
        json.WriteArray("majority", line.Majority, json.WriteFinite);
        json.WriteArray("greedy", line.Greedy, json.WriteFinite);
        json.WriteEndObject();
    });
}
