namespace Cohort.Data;

/// <summary>Reads preferences from files.</summary>
public static class Preferences
{
    private const string Rule =
        "{\"prompt\": \"2+2=\", \"chosen\": \"4\", \"rejected\": \"5\"}: \"prompt\" a string that is not empty or a "
        + "list of messages, \"chosen\" and \"rejected\" strings or numbers that differ, and if you like a \"margin\" of at least 0; other fields are "
        + "kept. Mend these lines or remove them.";

    /// <summary>
    /// Reads a file of rows: "prompt" (or else "question"), "chosen" and "rejected", and if it has one a "margin"; other fields are the problem's
    /// <see cref="Problem.Fields"/>, blank lines skipped.
    /// </summary>
    /// <param name="path">
    /// The file: JSONL (UTF-8, one JSON object per line), or as its extension says .csv or .tsv (UTF-8, the first line names the columns, cells are texts,
    /// an empty one is no field) or .parquet. The rows of a file above 32 MiB stay on disk and are parsed when they are asked for.
    /// </param>
    /// <exception cref="DataException">The file cannot be read or is empty, or rows are bad: the first five are named.</exception>
    public static FileRows<Preference> Read(string path) => Read(path, new FieldNames(), skipBadLines: false);

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="path">The file.</param>
    /// <param name="names">Which fields are read as what.</param>
    /// <param name="skipBadLines">Whether bad rows are counted in a notice instead of refused.</param>
    public static FileRows<Preference> Read(string path, FieldNames names, bool skipBadLines) =>
        RowFile.Read<Preference>(path, names, skipBadLines, Rule, fields => [Convert(fields)]);

    private static Preference Convert(JsonFields fields)
    {
        var (chosen, rejected) = (fields.TextOrNumber(fields.Chosen), fields.TextOrNumber(fields.Rejected));
        if (chosen == rejected)
            fields.Refuse($": \"{fields.Chosen}\" and \"{fields.Rejected}\" are the same, which teaches nothing");
        var problem = Problems.Convert(fields, chosen);
        var margin = fields.HasMargin ? fields.MarginOf(fields.Margin) : 0;
        return new Preference(Problems.WithOthers(problem, fields), chosen, rejected, margin);
    }
}
