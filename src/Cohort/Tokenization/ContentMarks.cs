using System.Text;
using System.Text.Json.Nodes;
using Cohort.Tokenization.Jinja;

namespace Cohort.Tokenization;

/// <summary>
/// Keeps messages from forging special tokens. Text of a message is data, but in a rendered conversation a spelled-out special token is one. So
/// before rendering, a noncharacter is put behind the first character of every special spelling in a message, and of every beginning of one at a
/// message's end, which the next message might complete. What is rendered then spells special tokens only where the template does.
/// </summary>
internal sealed class ContentMarks(IEnumerable<string> specialSpellings)
{
    private static readonly string Mark = ContentMark.Character.ToString();

    private readonly string[] _spellings = [.. specialSpellings.Where(spelling => spelling.Length > 1).Distinct().OrderByDescending(s => s.Length)];

    /// <summary>The same value with every text in it marked.</summary>
    /// <exception cref="TokenizationException">A text holds the noncharacter already.</exception>
    public JsonNode? Apply(JsonNode? node) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(Apply(field.Key), Apply(field.Value)))),
        JsonArray items => new JsonArray([.. items.Select(Apply)]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(Apply(text)),
        _ => node?.DeepClone(),
    };

    /// <summary>The same text, marked.</summary>
    /// <exception cref="TokenizationException">It holds the noncharacter already.</exception>
    public string Apply(string text)
    {
        if (text.Contains(Mark, StringComparison.Ordinal))
            throw new TokenizationException(
                "A message holds the character U+FDD0, which Unicode keeps for programs and which marks the messages' text here; take it out.");

        var marked = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            marked.Append(text[at]);
            if (Array.Exists(_spellings, spelling => Begins(text, at, spelling)))
                marked.Append(Mark);
        }

        return marked.ToString();
    }

    /// <summary>A rendered text without marks: what is shown.</summary>
    public static string Remove(string marked) => marked.Replace(Mark, "", StringComparison.Ordinal);

    /// <summary>A rendered text cut at its marks, so that no piece spells what was marked.</summary>
    public static string[] Cut(string marked) => marked.Split(Mark);

    private static bool Begins(string text, int at, string spelling)
    {
        var length = Math.Min(spelling.Length, text.Length - at);
        return text[at] == spelling[0] && string.CompareOrdinal(text, at, spelling, 0, length) == 0;
    }
}
