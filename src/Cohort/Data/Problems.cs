namespace Cohort.Data;

/// <summary>Reads problems from files.</summary>
public static class Problems
{
    private const string Rule =
        "{\"prompt\": \"2+2=\", \"answer\": 4}: \"prompt\" a string that is not empty, or a list of "
        + "messages such as {\"role\": \"user\", \"content\": \"2+2=\"} (also as \"messages\") that does not end with "
        + "the assistant's, \"answer\" a string or a number, and if you like an \"id\"; \"question\" and \"solution\" do as well, and other "
        + "fields are kept. " + RowFile.Remedy;

    /// <summary>
    /// Reads a file of rows: "prompt" (or else "question") a string or a list of messages, "answer" (or else "solution") a string or a number (kept as it is
    /// written), "id" optional; other fields are the problem's <see cref="Problem.Fields"/>, blank lines skipped.
    /// </summary>
    /// <param name="path">
    /// The file: JSONL (UTF-8, one JSON object per line), or as its extension says .csv or .tsv (UTF-8, the first line names the columns, cells are texts,
    /// an empty one is no field) or .parquet. The rows of a file above 32 MiB stay on disk and are parsed when they are asked for.
    /// </param>
    /// <exception cref="DataException">The file cannot be read or is empty, or rows are bad: the first five are named.</exception>
    public static FileRows<Problem> Read(string path) => Read(path, new FieldNames(), skipBadLines: false);

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="path">The file.</param>
    /// <param name="names">Which fields are read as what.</param>
    /// <param name="skipBadLines">Whether bad rows are counted in a notice instead of refused.</param>
    public static FileRows<Problem> Read(string path, FieldNames names, bool skipBadLines) =>
        RowFile.Read<Problem>(path, names, skipBadLines, Rule, fields => [WithOthers(Convert(fields, fields.TextOrNumber(fields.Answer)), fields)]);

    /// <summary>The problem with the fields that its line has besides.</summary>
    internal static Problem WithOthers(Problem problem, JsonFields fields) =>
        problem with { Fields = fields.Others() };

    /// <summary>A line's problem: its prompt is a text, or messages that the assistant is to answer.</summary>
    internal static Problem Convert(JsonFields fields, string reference)
    {
        var prompt = fields.Prompt;
        var list = fields.IsList(prompt) ? prompt : "messages";
        if (!fields.IsList(list))
            return new Problem(fields.Id(), fields.NonEmptyText(prompt), reference);

        var turns = fields.Turns(list);
        if (turns is [.., { Role: Conversation.Assistant }])
            fields.Refuse($": \"{list}\" ends with the assistant's message; there is nothing to answer");
        return Problem.OfTurns(fields.Id(), turns, reference);
    }
}
