namespace Cohort.Data;

/// <summary>Reads preferences from files.</summary>
public static class Preferences
{
    private const string Rule =
        "Every line must be a JSON object such as {\"prompt\": \"2+2=\", \"chosen\": \"4\", \"rejected\": \"5\"}: \"prompt\" a string that is not empty or a "
        + "list of messages, \"chosen\" and \"rejected\" strings or numbers that differ, and if you like a \"margin\" of at least 0; other fields are "
        + "ignored. Mend these lines or remove them.";

    /// <summary>
    /// Reads a file with one JSON object per line: "prompt", "chosen" and "rejected", and if it has one a "margin"; other fields are ignored, blank lines
    /// skipped.
    /// </summary>
    /// <param name="path">The file; UTF-8.</param>
    /// <exception cref="DataException">The file cannot be read or is empty, or lines are bad: the first five are named.</exception>
    public static IReadOnlyList<Preference> ReadJsonLines(string path) => JsonLines.Read(path, Rule, Convert);

    private static Preference Convert(JsonFields fields)
    {
        var (chosen, rejected) = (fields.TextOrNumber("chosen"), fields.TextOrNumber("rejected"));
        if (chosen == rejected)
            fields.Refuse(": \"chosen\" and \"rejected\" are the same, which teaches nothing");
        return new Preference(Problems.Convert(fields, chosen), chosen, rejected, fields.Has("margin") ? fields.AtLeastZero("margin") : 0);
    }
}
