using System.Text.Json;

namespace Cohort.Telemetry;

/// <summary>Reads evaluations.jsonl.</summary>
public static class EvaluationFile
{
    /// <summary>All measurements; a last line that was torn off is left out. May be called while a run writes the file.</summary>
    /// <param name="path">A file that <see cref="EvaluationLog"/> wrote.</param>
    /// <exception cref="InvalidDataException">A line before the last is not a measurement.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static IReadOnlyList<EvaluationLine> Read(string path) => LogReader.Read(path, Measurement);

    private static EvaluationLine Measurement(JsonElement line) => new(
        line.GetProperty("step").GetInt64(),
        line.GetProperty("sampled_tokens").GetInt64(),
        line.GetProperty("seconds").FiniteOrNaN(),
        line.GetProperty("processor_seconds").FiniteOrNaN(),
        Array(line, "scored", count => count.GetInt32()),
        Array(line, "passed", count => count.GetInt32()),
        Array(line, "majority", JsonNumbers.FiniteOrNaN),
        Array(line, "greedy", JsonNumbers.FiniteOrNaN),
        line.GetProperty("length_mean").FiniteOrNaN());

    private static T[] Array<T>(JsonElement line, string name, Func<JsonElement, T> read) =>
        [.. line.GetProperty(name).EnumerateArray().Select(read)];
}
