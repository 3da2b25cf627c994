namespace Cohort.Data;

/// <summary>Reads problems from files.</summary>
public static class Problems
{
    private const string Rule =
        "Every line must be a JSON object such as {\"prompt\": \"2+2=\", \"answer\": 4}: \"prompt\" a string that is not empty, or a list of "
        + "messages such as {\"role\": \"user\", \"content\": \"2+2=\"} (also as \"messages\") that does not end with "
        + "the assistant's, \"answer\" a string or a number, and if you like an \"id\"; other fields are ignored. Mend these lines or remove them.";

    /// <summary>
    /// Reads a file with one JSON object per line: "prompt" a string or a list of messages, "answer" a string or a number (kept as it is written),
    /// "id" optional; other fields are ignored, blank lines skipped.
    /// </summary>
    /// <param name="path">The file; UTF-8.</param>
    /// <exception cref="DataException">The file cannot be read or is empty, or lines are bad: the first five are named.</exception>
    public static IReadOnlyList<Problem> ReadJsonLines(string path) =>
        JsonLines.Read(path, Rule, fields => Convert(fields, fields.TextOrNumber("answer")));

    /// <summary>A line's problem: its prompt is a text, or messages that the assistant is to answer.</summary>
    internal static Problem Convert(JsonFields fields, string reference)
    {
        var list = fields.IsList("prompt") ? "prompt" : "messages";
        if (!fields.IsList(list))
            return new Problem(fields.Id(), fields.NonEmptyText("prompt"), reference);

        var turns = fields.Turns(list);
        if (turns is [.., { Role: Conversation.Assistant }])
            fields.Refuse($": \"{list}\" ends with the assistant's message; there is nothing to answer");
        return Problem.OfTurns(fields.Id(), turns, reference);
    }
}
