using Cohort.Tokenization;

namespace Cohort.Data;

/// <summary>Reads demonstrations from files.</summary>
public static class Demonstrations
{
    private const string Rule =
        "{\"prompt\": \"2+2=\", \"completion\": \"4\"}: \"prompt\" a string that is not empty, "
        + "\"completion\" (or else \"answer\") a string or a number; or {\"messages\": [{\"role\": \"user\", \"content\": \"2+2=\"}, {\"role\": "
        + "\"assistant\", \"content\": \"4\"}]}, a conversation that ends with the assistant's message; other fields are kept. "
        + RowFile.Remedy;

    /// <summary>
    /// Reads a file of rows: "prompt" (or else "question") and "completion"; "answer" (or else "solution") is the problem's reference, and stands in for a
    /// missing "completion", as "completion" does for a missing "answer". Or a conversation as "messages", which gives one demonstration for each of
    /// the assistant's messages. Other fields are the problem's <see cref="Problem.Fields"/>, blank lines skipped.
    /// </summary>
    /// <param name="path">
    /// The file: JSONL (UTF-8, one JSON object per line), or as its extension says .csv or .tsv (UTF-8, the first line names the columns, cells are texts,
    /// an empty one is no field) or .parquet. The rows of a file above 32 MiB stay on disk and are parsed when they are asked for.
    /// </param>
    /// <exception cref="DataException">The file cannot be read or is empty, or rows are bad: the first five are named.</exception>
    public static FileRows<Demonstration> Read(string path) => Read(path, new FieldNames(), skipBadLines: false);

    /// <inheritdoc cref="Read(string)"/>
    /// <param name="path">The file.</param>
    /// <param name="names">Which fields are read as what.</param>
    /// <param name="skipBadLines">Whether bad rows are counted in a notice instead of refused.</param>
    public static FileRows<Demonstration> Read(string path, FieldNames names, bool skipBadLines) =>
        RowFile.Read(path, names, skipBadLines, Rule, Convert);

    private static IReadOnlyList<Demonstration> Convert(JsonFields fields) =>
        fields.IsList("messages") ? OfConversation(fields.Id(), fields.Turns("messages"), fields) : [OfPair(fields)];

    // Every message of the assistant is learnt, each behind the messages before it, as sampling would see them.
    private static Demonstration[] OfConversation(string id, IReadOnlyList<ChatTurn> turns, JsonFields fields)
    {
        if (turns.Count > 0 && turns[^1].Role != Conversation.Assistant)
            fields.Refuse(": \"messages\" does not end with the assistant's message, so there is nothing to learn at its end");
        if (turns.Count > 0 && turns[0].Role == Conversation.Assistant)
            fields.Refuse(": \"messages\" begins with the assistant's message; begin with what it answers");

        var others = fields.Others();
        var answers = turns.Index().Where(turn => turn.Item.Role == Conversation.Assistant).ToArray();
        return [.. answers.Select((answer, number) => new Demonstration(
            Problem.OfTurns(answers.Length == 1 ? id : $"{id}#{number + 1}", [.. turns.Take(answer.Index)], answer.Item.Content) with { Fields = others },
            answer.Item.Content)
        {
            Answer = answer.Item,
        })];
    }

    private static Demonstration OfPair(JsonFields fields)
    {
        var completion = fields.Completion;
        var reference = fields.HasAnswer ? fields.Answer : completion;
        var text = fields.TextOrNumber(completion);
        var problem = Problems.Convert(fields, reference == completion ? text : fields.TextOrNumber(reference));
        return new Demonstration(Problems.WithOthers(problem, fields), text);
    }
}
