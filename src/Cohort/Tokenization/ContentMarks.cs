using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Cohort.Tokenization.Jinja;

namespace Cohort.Tokenization;

/// <summary>
/// Keeps messages from forging special tokens. Text of a message is data, but in a rendered conversation a spelled-out special token is one. So
/// before rendering, a noncharacter is put behind the first character of every special spelling in a message, and of every beginning of one at a
/// message's end (with or without the white space there), which the next message might complete. A template that takes something out of a message may
/// still join what is left to a spelling: that is found by comparing with a rendering in which the messages can begin none.
/// </summary>
internal sealed class ContentMarks
{
    private const char StandIn = '\uFDD2';

    private static readonly string Mark = ContentMark.Character.ToString();

    private readonly string[] _spellings;
    private readonly SearchValues<char> _first;

    /// <summary>Marks for these spellings.</summary>
    public ContentMarks(IEnumerable<string> specialSpellings)
    {
        _spellings = [.. specialSpellings.Where(spelling => spelling.Length > 1).Distinct().OrderByDescending(s => s.Length)];

        // A letter stays: names of roles begin with one, and templates ask for them.
        _first = SearchValues.Create([.. _spellings.Select(spelling => spelling[0]).Where(first => !char.IsLetterOrDigit(first)).Distinct()]);
    }

    /// <summary>The same value with every text in it changed.</summary>
    public static JsonNode? Apply(JsonNode? node, Func<string, string> change) => node switch
    {
        JsonObject fields => new JsonObject(fields.Select(field => KeyValuePair.Create(change(field.Key), Apply(field.Value, change)))),
        JsonArray items => new JsonArray([.. items.Select(item => Apply(item, change))]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(change(text)),
        _ => node?.DeepClone(),
    };

    /// <summary>The same text, marked.</summary>
    /// <exception cref="TokenizationException">It holds the noncharacter already.</exception>
    public string Apply(string text)
    {
        if (text.Contains(Mark, StringComparison.Ordinal))
            throw new TokenizationException(
                "A message holds the character U+FDD0, which Unicode keeps for programs and which marks the messages' text here; take it out.");

        var trimmed = Texts.TrimEnd(text).Length;
        var marked = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            marked.Append(text[at]);
            if (Array.Exists(_spellings, spelling => Begins(text.AsSpan(at), spelling) || (at < trimmed && Begins(text.AsSpan(at, trimmed - at), spelling))))
                marked.Append(Mark);
        }

        return marked.ToString();
    }

    /// <summary>Whether a text has what a special spelling begins with.</summary>
    public bool MayBegin(string text) => text.AsSpan().ContainsAny(_first);

    /// <summary>The same text with a stand-in for all that a special spelling begins with.</summary>
    public string Replace(string text) =>
        MayBegin(text) ? string.Create(text.Length, text, (units, from) => from.AsSpan().ReplaceAny(units, _first, StandIn)) : text;

    /// <summary>Requires that what is rendered spells no special token that it does not spell without the messages' share.</summary>
    /// <param name="marked">Rendered from marked texts.</param>
    /// <param name="replaced">Rendered from texts with the stand-in.</param>
    /// <exception cref="TokenizationException">It does; the message names the token.</exception>
    public void RequireNoneFormed(string marked, string replaced)
    {
        var pieces = Cut(marked);
        foreach (var spelling in _spellings)
            if (pieces.Sum(piece => Count(piece, spelling)) > Count(replaced, spelling))
                throw new TokenizationException(
                    $"the chat template changes the text of a message so that it spells the special token {spelling}, which only the template may "
                    + "write; take what the template removes out of the message.");
    }

    /// <summary>A rendered text without marks: what is shown.</summary>
    public static string Remove(string marked) => marked.Replace(Mark, "", StringComparison.Ordinal);

    /// <summary>A rendered text cut at its marks, so that no piece spells what was marked.</summary>
    public static string[] Cut(string marked) => marked.Split(Mark);

    private static int Count(string text, string spelling) => text.AsSpan().Count(spelling);

    private static bool Begins(ReadOnlySpan<char> text, string spelling)
    {
        var length = Math.Min(spelling.Length, text.Length);
        return text[0] == spelling[0] && text[..length].SequenceEqual(spelling.AsSpan(0, length));
    }
}
