namespace Cohort.Data;

/// <summary>Reads demonstrations from files.</summary>
public static class Demonstrations
{
    private const string Rule =
        "Every line must be a JSON object such as {\"prompt\": \"2+2=\", \"completion\": \"4\"}: \"prompt\" a string that is not empty, "
        + "\"completion\" (or else \"answer\") a string or a number; other fields are ignored. Mend these lines or remove them.";

    /// <summary>
    /// Reads a file with one JSON object per line: "prompt" and "completion"; "answer" is the problem's reference, and stands in for a
    /// missing "completion", as "completion" does for a missing "answer". Other fields are ignored, blank lines skipped.
    /// </summary>
    /// <param name="path">The file; UTF-8.</param>
    /// <exception cref="DataException">The file cannot be read or is empty, or lines are bad: the first five are named.</exception>
    public static IReadOnlyList<Demonstration> ReadJsonLines(string path) => JsonLines.Read(path, Rule, Convert);

    private static Demonstration Convert(JsonFields fields)
    {
        var completion = fields.Has("completion") || !fields.Has("answer") ? "completion" : "answer";
        var reference = fields.Has("answer") ? "answer" : completion;
        var text = fields.TextOrNumber(completion);
        var problem = new Problem(
            fields.Id(), fields.NonEmptyText("prompt"), reference == completion ? text : fields.TextOrNumber(reference));
        return new Demonstration(problem, text);
    }
}
