using System.Text.Json;

namespace Cohort.Telemetry;

/// <summary>
/// Writes rollouts.jsonl: one line per logged completion. Text that a model wrote stays valid JSON whatever it is: control characters are
/// escaped, and half a surrogate pair becomes U+FFFD. Each line reaches the operating system at once.
/// </summary>
/// <param name="path">The file; made where there is none.</param>
/// <param name="keepBytes">Length to which an earlier part of the run is cut, as <see cref="LogFile.Length"/> gave it; 0 starts afresh.</param>
/// <exception cref="InvalidDataException">No line ends at that length: the file is shorter, or another one.</exception>
public sealed class RolloutLog(string path, long keepBytes) : LogFile(path, keepBytes)
{
    /// <summary>Appends one completion.</summary>
    /// <param name="line">Plain values.</param>
    /// <exception cref="IOException">The line cannot be written; the file ends with the line before.</exception>
    public void Append(RolloutLine line) => Append(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("step", line.Step);
        json.WriteNumber("prompt", line.Prompt);
        json.WriteNumber("sample", line.Sample);
        json.WriteString("problem_id", line.ProblemId);
        json.WriteString("prompt_text", line.PromptText);
        json.WriteString("completion", line.Completion);
        json.WriteString("finish", line.Finish);
        json.WriteNumber("tokens", line.Tokens);
        json.WriteFinite("score", line.Score);
        json.WriteString("unscored", line.Unscored is "" ? null : line.Unscored);
        json.WriteStartObject("parts");
        foreach (var (name, value) in line.Parts)
            json.WriteFinite(name, value);

        json.WriteEndObject();
        json.WriteFinite("advantage", line.Advantage);
        if (line.Details.Count > 0)
            WriteDetails(json, line.Details);

        json.WriteEndObject();
    });

    // An array for each number of the tokens: several times shorter than an object for each token. They come from tensors of
    // float32, whose shortest digits read back to the same bits.
    private static void WriteDetails(Utf8JsonWriter json, IReadOnlyList<RolloutToken> tokens)
    {
        json.WriteStartObject("details");
        json.WriteArray("id", tokens, token => json.WriteNumberValue(token.Id));
        json.WriteArray("text", tokens, token => json.WriteStringValue(token.Text));
        json.WriteArray("advantage", tokens, token => json.WriteFinite((float)token.Advantage));
        json.WriteArray("ratio", tokens, token => json.WriteFinite((float)token.Ratio));
        json.WriteArray("kl", tokens, token => json.WriteFinite((float)token.Kl));
        json.WriteEndObject();
    }
}
