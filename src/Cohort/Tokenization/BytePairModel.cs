using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Text;

namespace Cohort.Tokenization;

/// <summary>
/// A byte-pair model: the vocabulary, the pairs that join, and what becomes of a character without a token. Serves byte-level and SentencePiece-style
/// tokenizers and, without pairs, the character tokenizer. Thread-safe.
/// </summary>
/// <param name="vocabulary">Ids by token.</param>
/// <param name="merges">The pairs that join.</param>
/// <param name="rules">What else the file says.</param>
internal sealed class BytePairModel(Vocabulary vocabulary, BytePairMerges merges, BytePairRules rules)
{
    private const int LongestKept = 64, MostKept = 1 << 16;

    private readonly int[] _characters = CharactersOf(vocabulary);
    private readonly int[] _bytes = [.. Enumerable.Range(0, 256).Select(value => vocabulary.IdOf($"<0x{value:X2}>") ?? -1)];
    private readonly ConcurrentDictionary<string, int[]> _kept = new();
    private int _keptCount;

    /// <summary>Whether a character has a token of its own.</summary>
    public bool Knows(Rune character) =>
        character.IsBmp ? _characters[character.Value] >= 0 : vocabulary.IdOf(character.ToString()) is not null;

    /// <summary>Adds the tokens of a piece of text, such as a word.</summary>
    /// <param name="piece">Whole characters.</param>
    /// <param name="ids">What they are added to.</param>
    /// <param name="hidden">Tokens that a piece may not spell, such as special ones in a text that is data.</param>
    public void Encode(ReadOnlySpan<char> piece, List<int> ids, IReadOnlySet<int> hidden)
    {
        if (piece.IsEmpty)
            return;
        if (rules.WholeWordsFirst && vocabulary.IdOf(piece) is { } whole && !hidden.Contains(whole))
        {
            ids.Add(whole);
            return;
        }

        if (piece.Length <= LongestKept || rules.MarksPlaces)
        {
            EncodeSegment(piece, ids);
            return;
        }

        // Between two characters that no pair joins the piece can be cut, so that a long text is many short ones.
        var start = 0;
        for (var i = 1; i < piece.Length; i++)
            if (IsCut(piece[i - 1], piece[i]))
            {
                EncodeSegment(piece[start..i], ids);
                start = i;
            }

        EncodeSegment(piece[start..], ids);
    }

    private bool IsCut(char left, char right) => _characters[left] >= 0 && _characters[right] >= 0 && !rules.Joints.Contains((left, right));

    private void EncodeSegment(ReadOnlySpan<char> segment, List<int> ids)
    {
        if (segment.Length > LongestKept)
        {
            ids.AddRange(Join(segment));
            return;
        }

        var kept = _kept.GetAlternateLookup<ReadOnlySpan<char>>();
        if (!kept.TryGetValue(segment, out var tokens))
        {
            tokens = Join(segment).ToArray();
            if (Volatile.Read(ref _keptCount) < MostKept && kept.TryAdd(segment, tokens))
                Interlocked.Increment(ref _keptCount);
        }

        ids.AddRange(tokens);
    }

    private Span<int> Join(ReadOnlySpan<char> segment)
    {
        var tokens = new List<int>(segment.Length);
        int? unknown = null;
        for (var start = 0; start < segment.Length;)
        {
            var length = char.IsHighSurrogate(segment[start]) ? 2 : 1;
            var isLast = start + length == segment.Length;
            Add(segment.Slice(start, length), isFirst: start == 0, isLast, tokens, ref unknown);
            start += length;
        }

        if (unknown is { } id)
            tokens.Add(id);
        var joined = CollectionsMarshal.AsSpan(tokens);
        return joined[..merges.Join(joined)];
    }

    // An unknown token waits for the next known character, also past bytes, as in the reference.
    private void Add(ReadOnlySpan<char> character, bool isFirst, bool isLast, List<int> tokens, ref int? unknown)
    {
        var marked = rules.Marked(character, isFirst, isLast);
        var known = rules.MarksPlaces ? vocabulary.IdOf(marked) : IdOf(character);
        if (known is { } id)
        {
            if (unknown is { } waiting)
                tokens.Add(waiting);
            unknown = null;
            tokens.Add(id);
        }
        else if (!AddBytes(marked, tokens) && rules.Unknown is { } unknownId)
        {
            if (unknownId == BytePairRules.NoSuchToken)
                throw new TokenizationException($"'{marked}' has no token, and the unk_token that tokenizer.json names has none either. Take it out of "
                    + "the text, or name a token of the vocabulary as unk_token.");
            if (unknown is { } waiting && !rules.FusesUnknown)
                tokens.Add(waiting);
            unknown = unknownId;
        }
    }

    private int? IdOf(ReadOnlySpan<char> character) =>
        character.Length > 1 ? vocabulary.IdOf(character) : _characters[character[0]] is >= 0 and var id ? id : null;

    private bool AddBytes(ReadOnlySpan<char> text, List<int> tokens)
    {
        if (!rules.FallsBackToBytes)
            return false;
        var bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        if (Array.Exists(bytes, value => _bytes[value] < 0))
            return false;
        foreach (var value in bytes)
            tokens.Add(_bytes[value]);
        return true;
    }

    private static int[] CharactersOf(Vocabulary vocabulary)
    {
        var characters = new int[0x10000];
        Array.Fill(characters, -1);
        foreach (var (token, id) in vocabulary.Ids)
            if (token.Length == 1)
                characters[token[0]] = id;
        return characters;
    }
}
