namespace Cohort.Data;

/// <summary>Reads problems from files.</summary>
public static class Problems
{
    private const string Rule =
        "Every line must be a JSON object such as {\"prompt\": \"2+2=\", \"answer\": 4}: \"prompt\" a string that is not empty, \"answer\" "
        + "a string or a number, and if you like an \"id\"; other fields are ignored. Mend these lines or remove them.";

    /// <summary>
    /// Reads a file with one JSON object per line: "prompt" a string, "answer" a string or a number (kept as it is written), "id" optional;
    /// other fields are ignored, blank lines skipped.
    /// </summary>
    /// <param name="path">The file; UTF-8.</param>
    /// <exception cref="DataException">The file cannot be read or is empty, or lines are bad: the first five are named.</exception>
    public static IReadOnlyList<Problem> ReadJsonLines(string path) =>
        JsonLines.Read(path, Rule, fields => new Problem(fields.Id(), fields.NonEmptyText("prompt"), fields.TextOrNumber("answer")));
}
