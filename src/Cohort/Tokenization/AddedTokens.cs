using System.Buffers;
using System.Globalization;
using System.Text;

namespace Cohort.Tokenization;

/// <summary>A token that is found in the text as it is spelled, before the model sees the text.</summary>
internal sealed record AddedToken
{
    /// <summary>How it is spelled.</summary>
    public required string Content { get; init; }

    /// <summary>Its id.</summary>
    public required int Id { get; init; }

    /// <summary>Whether it steers the model rather than being text: left out of decoded text, and never read from a text that is data.</summary>
    public bool IsSpecial { get; init; }

    /// <summary>Whether it is looked for in the normalized text.</summary>
    public bool IsNormalized { get; init; }

    /// <summary>Whether it counts only where no letter, digit or mark touches it.</summary>
    public bool IsSingleWord { get; init; }

    /// <summary>Whether it takes in the white space before it.</summary>
    public bool StripsLeft { get; init; }

    /// <summary>Whether it takes in the white space behind it.</summary>
    public bool StripsRight { get; init; }
}

/// <summary>The added tokens of a tokenizer, and where they are in a text.</summary>
internal sealed class AddedTokens
{
    private readonly Dictionary<string, int> _ids;
    private readonly Dictionary<int, string> _spellings;
    private readonly Spellings _plain, _normalized;

    /// <summary>These tokens; those that are looked for in normalized text are normalized as such text is.</summary>
    public AddedTokens(IReadOnlyList<AddedToken> tokens, Normalizer normalizer)
    {
        _ids = tokens.ToDictionary(token => token.Content, token => token.Id);
        Special = tokens.Where(token => token.IsSpecial).Select(token => token.Id).ToHashSet();
        SpecialSpellings = [.. tokens.Where(token => token.IsSpecial).Select(token => token.Content)];
        var spellings = tokens.Select(token => (Spelling: token.IsNormalized ? normalizer.Apply(token.Content, prepends: true) : token.Content, token));
        _spellings = spellings.ToDictionary(pair => pair.token.Id, pair => pair.Spelling);
        _plain = new(spellings.Where(pair => !pair.token.IsNormalized));
        _normalized = new(spellings.Where(pair => pair.token.IsNormalized));
    }

    /// <summary>The ids of special tokens.</summary>
    public IReadOnlySet<int> Special { get; }

    /// <summary>How special tokens are spelled.</summary>
    public IReadOnlyCollection<string> SpecialSpellings { get; }

    /// <summary>The largest id and one.</summary>
    public int Size => _spellings.Count == 0 ? 0 : _spellings.Keys.Max() + 1;

    /// <summary>The text of an id: as the token is looked for, thus normalized where it is looked for in normalized text.</summary>
    public string? TokenOf(int id) => _spellings.GetValueOrDefault(id);

    /// <summary>The id of a token.</summary>
    public int? IdOf(string content) => _ids.TryGetValue(content, out var id) ? id : null;

    /// <summary>A text cut at the added tokens in it: each part is such a token, or text between them.</summary>
    /// <param name="text">The text.</param>
    /// <param name="isNormalized">Whether it is normalized already.</param>
    /// <param name="recognizesSpecial">Whether special tokens are looked for too.</param>
    public List<(int Start, int End, int? Id)> Find(ReadOnlySpan<char> text, bool isNormalized, bool recognizesSpecial)
    {
        var parts = new List<(int Start, int End, int? Id)>();
        var (last, at) = (0, 0);
        var spellings = isNormalized ? _normalized : _plain;
        while (spellings.FindNext(text, ref at) is var (start, end, token))
        {
            if ((token.IsSpecial && !recognizesSpecial) || (token.IsSingleWord && !StandsAlone(text, start, end)))
                continue;
            if (token.StripsLeft)
                while (start > last && char.IsWhiteSpace(text[start - 1]))
                    start--;
            if (token.StripsRight)
                while (end < text.Length && char.IsWhiteSpace(text[end]))
                    end++;
            if (start > last)
                parts.Add((last, start, null));
            parts.Add((start, end, token.Id));
            last = end;
        }

        if (last < text.Length)
            parts.Add((last, text.Length, null));
        return parts;
    }

    private static bool StandsAlone(ReadOnlySpan<char> text, int start, int end)
    {
        _ = Rune.DecodeLastFromUtf16(text[..start], out var before, out _);
        _ = Rune.DecodeFromUtf16(text[end..], out var after, out _);
        return !(start > 0 && IsWord(before)) && !(end < text.Length && IsWord(after));
    }

    private static bool IsWord(Rune rune) => Rune.IsLetter(rune) || Rune.GetUnicodeCategory(rune) is UnicodeCategory.DecimalDigitNumber
        or UnicodeCategory.LetterNumber or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark
        || rune.Value is 0x200C or 0x200D || Characters.IsCircledLetter(rune);

    /// <summary>Finds spellings leftmost first and, of those that begin at one place, the longest.</summary>
    private sealed class Spellings
    {
        private readonly Dictionary<string, AddedToken> _tokens = [];
        private readonly Dictionary<string, AddedToken>.AlternateLookup<ReadOnlySpan<char>> _lookup;
        private readonly Dictionary<char, int[]> _lengths;
        private readonly SearchValues<char> _first;

        public Spellings(IEnumerable<(string Spelling, AddedToken Token)> tokens)
        {
            foreach (var (spelling, token) in tokens.Where(token => token.Spelling.Length > 0))
                _tokens.TryAdd(spelling, token);
            _lookup = _tokens.GetAlternateLookup<ReadOnlySpan<char>>();
            _lengths = _tokens.Keys.GroupBy(spelling => spelling[0]).ToDictionary(
                group => group.Key,
                group => group.Select(spelling => spelling.Length).Distinct().OrderDescending().ToArray());
            _first = SearchValues.Create([.. _lengths.Keys]);
        }

        public (int Start, int End, AddedToken Token)? FindNext(ReadOnlySpan<char> text, ref int at)
        {
            while (at < text.Length && text[at..].IndexOfAny(_first) is >= 0 and var distance)
            {
                at += distance;
                foreach (var length in _lengths[text[at]])
                    if (length <= text.Length - at && _lookup.TryGetValue(text.Slice(at, length), out var token))
                    {
                        at += length;
                        return (at - length, at, token);
                    }

                at++;
            }

            return null;
        }
    }
}
