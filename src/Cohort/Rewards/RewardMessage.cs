using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Cohort.Data;
using Cohort.Tokenization;

namespace Cohort.Rewards;

/// <summary>
/// What a reward outside this process is asked, and what it answers: one JSON object each. A request has an id that nobody can guess, and an answer must
/// repeat it, so that nothing answers for another. A request is ASCII without line ends, so that a line of it is the whole of it.
/// </summary>
internal static class RewardMessage
{
    /// <summary>The longest answer, in bytes; a request has no such limit.</summary>
    public const int LongestAnswer = 1 << 20;

    private const int MostParts = 64;
    private const int LongestName = 64;
    private const int LongestError = 160;

    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = 4, AllowDuplicateProperties = false };

    /// <summary>A fresh id: 128 bits from the system's source of secrets.</summary>
    public static string NewId() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>What each token of a response adds to its text; together they are its whole text, what ended it included.</summary>
    /// <param name="tokenizer">The policy's.</param>
    /// <param name="tokens">The response's.</param>
    public static IReadOnlyList<string> Pieces(Tokenizer tokenizer, IReadOnlyList<int> tokens)
    {
        var decoder = tokenizer.Stream();
        string[] pieces = [.. tokens.Select(decoder.Next)];
        pieces[^1] += decoder.End();
        return pieces;
    }

    /// <summary>A request as UTF-8 without a line end. Halves of surrogate pairs are replaced by U+FFFD.</summary>
    /// <param name="id">From <see cref="NewId"/>.</param>
    /// <param name="problem">Trusted.</param>
    /// <param name="completion">Model-written.</param>
    /// <param name="pieces">The text of each response token; empty where they were not asked for.</param>
    public static byte[] Request(string id, Problem problem, Completion completion, IReadOnlyList<string> pieces)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("prompt", Whole(problem.Prompt));
            if (problem.Turns.Count > 0)
                WriteTurns(json, problem.Turns);
            json.WriteString("completion", Whole(completion.Text));
            json.WriteString("reference", Whole(problem.Reference));
            json.WriteStartObject("fields");
            WriteFields(json, problem.Fields);
            json.WriteEndObject();
            if (pieces.Count > 0)
            {
                json.WriteStartArray("pieces");
                foreach (var piece in pieces)
                    json.WriteStringValue(Whole(piece));
                json.WriteEndArray();
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Reads an answer: a score, or none where it says so itself.</summary>
    /// <param name="answer">UTF-8 without a line end; not trusted.</param>
    /// <param name="id">The request's.</param>
    /// <exception cref="InvalidDataException">It is anything but an answer to this request; the message begins with "its answer".</exception>
    public static Score Answer(ReadOnlyMemory<byte> answer, string id)
    {
        try
        {
            using var json = JsonDocument.Parse(answer, Strict);
            return json.RootElement.ValueKind == JsonValueKind.Object ? Read(json.RootElement, id) : throw Refuse("is not an object");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw Refuse("is not JSON of one object, each of whose names stands there once");
        }
    }

    private static Score Read(JsonElement json, string id)
    {
        if (!json.TryGetProperty("id", out var given) || given.ValueKind != JsonValueKind.String || !given.ValueEquals(id))
            throw Refuse("does not have the id of the request");
        foreach (var field in json.EnumerateObject())
        {
            if (field.Name is not ("id" or "score" or "parts" or "steps" or "error"))
                throw Refuse($"has the unknown field \"{Short(field.Name)}\"; the fields are id, score, parts, steps and error");
        }

        if (json.TryGetProperty("error", out var error))
        {
            return error.ValueKind == JsonValueKind.String
                ? Score.None($"it said: {Short(error.GetString()!)}")
                : throw Refuse("has an \"error\" that is not a string");
        }

        if (!json.TryGetProperty("score", out var score) || Number(score) is not { } total)
            throw Refuse("has no \"score\" that is a finite number");

        var parts = new Dictionary<string, double>();
        if (json.TryGetProperty("parts", out var named))
        {
            if (named.ValueKind != JsonValueKind.Object || named.GetPropertyCount() > MostParts)
                throw Refuse($"has \"parts\" that are not an object of at most {MostParts} numbers");
            foreach (var part in named.EnumerateObject())
            {
                if (part.Name.Length is 0 or > LongestName || Number(part.Value) is not { } value)
                    throw Refuse($"has the part \"{Short(part.Name)}\"; a part has a name of 1 to {LongestName} characters and is a finite number");
                parts.Add(part.Name, value);
            }
        }

        var steps = new List<StepReward>();
        if (json.TryGetProperty("steps", out var list))
        {
            if (list.ValueKind != JsonValueKind.Array)
                throw Refuse("has \"steps\" that are not a list");
            foreach (var item in list.EnumerateArray())
            {
                if (Step(item) is not { } step)
                    throw Refuse("has a step that is not {\"token\": a whole number, \"value\": a finite number}");
                steps.Add(step);
            }
        }

        return new Scored(total, parts) { Steps = steps };
    }

    private static StepReward? Step(JsonElement step) =>
        step.ValueKind == JsonValueKind.Object && step.GetPropertyCount() == 2
        && step.TryGetProperty("token", out var token) && token.ValueKind == JsonValueKind.Number && token.TryGetInt32(out var index)
        && step.TryGetProperty("value", out var reward) && Number(reward) is { } value
            ? new StepReward(index, value) : null;

    private static double? Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;

    private static InvalidDataException Refuse(string rule) => new($"its answer {rule}");

    private static string Short(string text) => text.Length > LongestError ? $"{text[..LongestError]}…" : text;

    private static void WriteTurns(Utf8JsonWriter json, IReadOnlyList<ChatTurn> turns)
    {
        json.WriteStartArray("messages");
        foreach (var turn in turns)
        {
            json.WriteStartObject();
            json.WriteString("role", Whole(turn.Role));
            if (!turn.Fields.ContainsKey("content"))
                json.WriteString("content", Whole(turn.Content));
            WriteFields(json, turn.Fields);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteFields(Utf8JsonWriter json, IReadOnlyDictionary<string, JsonElement> fields)
    {
        foreach (var (name, value) in fields)
        {
            json.WritePropertyName(Whole(name));
            value.WriteTo(json);
        }
    }

    /// <summary>The text with halves of surrogate pairs replaced by U+FFFD.</summary>
    public static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
