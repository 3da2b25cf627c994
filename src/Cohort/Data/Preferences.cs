using Cohort.Tokenization;

namespace Cohort.Data;

/// <summary>Reads preferences from files.</summary>
public static class Preferences
{
    private const string Rule =
        "{\"prompt\": \"2+2=\", \"chosen\": \"4\", \"rejected\": \"5\"}: \"prompt\" a string that is not empty or a "
        + "list of messages, \"chosen\" and \"rejected\" strings or numbers that differ, or each a list with the assistant's message; or without \"prompt\" "
        + "\"chosen\" and \"rejected\" two conversations, the same but for the assistant's message at their end; and if you like a \"margin\" from 0 to 1e6; "
        + "other fields are kept. " + RowFile.Remedy;

    /// <summary>
    /// Reads a file of rows: "prompt" (or else "question"), "chosen" and "rejected", and if it has one a "margin"; other fields are the problem's
    /// <see cref="Problem.Fields"/>, blank lines skipped. As in TRL's files "chosen" and "rejected" may be lists of messages: each the assistant's answer to
    /// "prompt", where a text is the user's message; or whole conversations, the same but for their last message, the assistant's. What such two
    /// share is the prompt; a "prompt" that is a text beside them must be one of the shared messages.
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
        var pair = fields.IsList(fields.Chosen) || fields.IsList(fields.Rejected) ? OfMessages(fields) : OfTexts(fields);
        var margin = fields.HasMargin ? fields.MarginOf(fields.Margin) : 0;
        return pair with { Problem = Problems.WithOthers(pair.Problem, fields), Margin = margin };
    }

    private static Preference OfTexts(JsonFields fields)
    {
        var (chosen, rejected) = (fields.TextOrNumber(fields.Chosen), fields.TextOrNumber(fields.Rejected));
        if (chosen == rejected)
            RefuseSame(fields);
        return new Preference(Problems.Convert(fields, chosen), chosen, rejected);
    }

    private static Preference OfMessages(JsonFields fields)
    {
        var (chosen, rejected) = (Turns(fields, fields.Chosen), Turns(fields, fields.Rejected));
        if (fields.Problems.Count == 0)
            RequireOneDifference(fields, chosen, rejected);
        if (fields.Problems.Count > 0)
            return new Preference(new Problem("", "", ""), "", "");

        return new Preference(OfBeginning(fields, [.. chosen.SkipLast(1)], chosen[^1].Content), chosen[^1].Content, rejected[^1].Content)
        {
            ChosenAnswer = chosen[^1],
            RejectedAnswer = rejected[^1],
        };
    }

    private static void RequireOneDifference(JsonFields fields, IReadOnlyList<ChatTurn> chosen, IReadOnlyList<ChatTurn> rejected)
    {
        var shared = Conversation.SharedCount(chosen, rejected);
        if (shared == chosen.Count && shared == rejected.Count)
            RefuseSame(fields);
        else if (shared != chosen.Count - 1 || shared != rejected.Count - 1)
            fields.Refuse(
                $": \"{fields.Chosen}\" has {chosen.Count} messages and \"{fields.Rejected}\" {rejected.Count}, of which the first {shared} are the same; "
                + "all but the last must be");
    }

    private static void RefuseSame(JsonFields fields) =>
        fields.Refuse($": \"{fields.Chosen}\" and \"{fields.Rejected}\" are the same, which teaches nothing");

    // A list of messages that ends with the assistant's; else what is wrong is noted.
    private static IReadOnlyList<ChatTurn> Turns(JsonFields fields, string name)
    {
        if (!fields.IsList(name))
        {
            fields.Refuse($": \"{name}\" is no list of messages, but the other completion is; write both in one way");
            return [];
        }

        var turns = fields.Turns(name);
        if (turns.Count > 0 && turns[^1].Role != Conversation.Assistant)
            fields.Refuse($": \"{name}\" does not end with the assistant's message");
        return turns;
    }

    // The prompt of two conversations: what they begin with, or where they are an answer each, the field of the prompt.
    private static Problem OfBeginning(JsonFields fields, IReadOnlyList<ChatTurn> beginning, string reference)
    {
        var hasText = fields.Has(fields.Prompt) && !fields.IsList(fields.Prompt);
        if (beginning.Count == 0 && !hasText)
            return Problems.Convert(fields, reference);

        var text = hasText ? fields.NonEmptyText(fields.Prompt) : "";
        if (beginning.Count == 0)
            return Problem.OfTurns(fields.Id(), [new ChatTurn("user", text)], reference);

        if (fields.IsList(fields.Prompt))
            fields.Refuse($": with \"{fields.Prompt}\" as a list of messages, \"{fields.Chosen}\" must be one message instead of {beginning.Count + 1}");
        else if (hasText && beginning.All(turn => turn.Content != text))
            fields.Refuse($": \"{fields.Prompt}\" is none of the messages that \"{fields.Chosen}\" and \"{fields.Rejected}\" begin with");
        if (beginning[^1].Role == Conversation.Assistant)
            fields.Refuse($": the last two messages of \"{fields.Chosen}\" are the assistant's; there is nothing to answer");
        return Problem.OfTurns(fields.Id(), beginning, reference);
    }
}
