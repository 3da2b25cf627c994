using System.Text.Json;

namespace Cohort.Telemetry;

/// <summary>Reads rollouts.jsonl.</summary>
public static class RolloutFile
{
    /// <summary>All completions; a last line that was torn off is left out. May be called while a run writes the file.</summary>
    /// <param name="path">A file that <see cref="RolloutLog"/> wrote.</param>
    /// <exception cref="InvalidDataException">A line before the last is not a completion.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<RolloutLine> Read(string path) => LogReader.Read(path, Completion);

    private static RolloutLine Completion(JsonElement line) => new(
        line.GetProperty("step").GetInt64(),
        line.GetProperty("prompt").GetInt32(),
        line.GetProperty("sample").GetInt32(),
        Text(line, "problem_id"),
        Text(line, "prompt_text"),
        Text(line, "completion"),
        Text(line, "finish"),
        line.GetProperty("tokens").GetInt32(),
        line.GetProperty("score").FiniteOrNaN(),
        Text(line, "unscored"),
        line.GetProperty("parts").EnumerateObject().ToDictionary(part => part.Name, part => part.Value.FiniteOrNaN()),
        line.GetProperty("advantage").FiniteOrNaN())
    {
        Details = line.TryGetProperty("details", out var details) ? Tokens(details) : [],
    };

    private static RolloutToken[] Tokens(JsonElement details)
    {
        var (advantages, ratios, kls) = (Numbers(details, "advantage"), Numbers(details, "ratio"), Numbers(details, "kl"));
        var texts = details.GetProperty("text").EnumerateArray().Select(text => text.GetString() ?? "").ToArray();
        var ids = details.GetProperty("id").EnumerateArray().Select(id => id.GetInt32()).ToArray();
        if (new[] { texts.Length, advantages.Length, ratios.Length, kls.Length }.Any(count => count != ids.Length))
            throw new FormatException("the arrays of its details differ in length.");

        return [.. ids.Select((id, i) => new RolloutToken(id, texts[i], advantages[i], ratios[i], kls[i]))];
    }

    private static double[] Numbers(JsonElement details, string name) => [.. details.GetProperty(name).EnumerateArray()
        .Select(number => number.ValueKind == JsonValueKind.Null ? double.NaN : number.GetSingle())];

    private static string Text(JsonElement line, string name) => line.GetProperty(name).GetString() ?? "";
}
