using System.Diagnostics;
using System.Text;

namespace Cohort.Tokenization;

/// <summary>How tokenizer.json cuts a normalized text into pieces, across whose borders nothing is joined.</summary>
internal abstract record PreTokenizer
{
    private protected PreTokenizer()
    {
    }

    /// <summary>The pieces of pieces; empty ones are left out.</summary>
    /// <param name="pieces">What there is.</param>
    /// <param name="prepends">Whether what stands before a text that begins a sequence is put there; a continuation has none.</param>
    public abstract List<Piece> Cut(List<Piece> pieces, bool prepends);
}

/// <summary>What becomes of a match of the pattern that cuts.</summary>
internal enum SplitBehavior
{
    /// <summary>It is dropped.</summary>
    Removed,

    /// <summary>It is a piece.</summary>
    Isolated,

    /// <summary>It ends the piece before it.</summary>
    MergedWithPrevious,

    /// <summary>It begins the piece behind it.</summary>
    MergedWithNext,

    /// <summary>Matches in a row are one piece.</summary>
    Contiguous,
}

/// <summary>Cuts at the matches of a pattern or, inverted, at what lies between them.</summary>
internal sealed record SplitPreTokenizer(TextPattern Pattern, SplitBehavior Behavior, bool Inverted) : PreTokenizer
{
    public override List<Piece> Cut(List<Piece> pieces, bool prepends)
    {
        var cut = new List<Piece>(pieces.Count);
        foreach (var piece in pieces)
            Cut(piece, cut);
        return cut;
    }

    /// <summary>Adds the pieces of one piece.</summary>
    public void Cut(Piece piece, List<Piece> cut)
    {
        var (open, openEnd, wasMatch) = (0, 0, false);
        foreach (var (start, end, found) in Pattern.Parts(piece.Text.Span))
        {
            var isMatch = found != Inverted;
            if (Joins(isMatch, wasMatch))
            {
                openEnd = end;
            }
            else
            {
                Close(open, openEnd);
                (open, openEnd) = (start, end);
            }

            if (Behavior == SplitBehavior.Removed && isMatch)
                open = openEnd;
            wasMatch = isMatch;
        }

        Close(open, openEnd);

        void Close(int start, int end)
        {
            if (end > start)
                cut.Add(piece.Slice(start, end));
        }
    }

    // Merging with the next one is decided by the part before: a match that follows no match opens a piece that takes in what follows.
    private bool Joins(bool isMatch, bool wasMatch) => Behavior switch
    {
        SplitBehavior.Removed or SplitBehavior.Isolated => false,
        SplitBehavior.Contiguous => isMatch == wasMatch,
        SplitBehavior.MergedWithPrevious => isMatch && !wasMatch,
        SplitBehavior.MergedWithNext => !isMatch && wasMatch,
        _ => throw new UnreachableException(),
    };
}

/// <summary>When "▁" is put before a piece that does not begin with it.</summary>
internal enum PrependScheme
{
    /// <summary>Before every piece.</summary>
    Always,

    /// <summary>Before the piece that begins the text.</summary>
    First,

    /// <summary>Never.</summary>
    Never,
}

/// <summary>SentencePiece's way: spaces become "▁", and words begin with it.</summary>
internal sealed record MetaspacePreTokenizer(char Replacement, PrependScheme Scheme, bool Splits) : PreTokenizer
{
    private readonly SplitPreTokenizer _split = new(new LiteralPattern(Replacement.ToString()), SplitBehavior.MergedWithNext, Inverted: false);

    public override List<Piece> Cut(List<Piece> pieces, bool prepends)
    {
        var cut = new List<Piece>(pieces.Count);
        foreach (var piece in pieces)
        {
            var text = piece.Text.ToString().Replace(' ', Replacement);
            if (prepends && !text.StartsWith(Replacement) && IsPrepended(piece))
                text = Replacement + text;
            var whole = piece with { Text = text.AsMemory() };
            if (Splits)
                _split.Cut(whole, cut);
            else
                cut.Add(whole);
        }

        return cut;
    }

    private bool IsPrepended(Piece piece) => Scheme switch
    {
        PrependScheme.Always => true,
        PrependScheme.First => piece.Begins,
        PrependScheme.Never => false,
        _ => throw new UnreachableException(),
    };
}

/// <summary>Byte-level: bytes of UTF-8 as the characters of <see cref="ByteAlphabet"/>, by default cut as GPT-2 does.</summary>
internal sealed record ByteLevelPreTokenizer(bool AddsPrefixSpace, bool Splits) : PreTokenizer
{
    private static readonly SplitPreTokenizer Gpt2 = new(
        new RegexPattern(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"), SplitBehavior.Isolated, Inverted: false);

    public override List<Piece> Cut(List<Piece> pieces, bool prepends)
    {
        if (AddsPrefixSpace && prepends)
            pieces = [.. pieces.Select(piece => piece.Text.Span[0] == ' ' ? piece : piece with { Text = $" {piece.Text}".AsMemory() })];
        if (Splits)
            pieces = Gpt2.Cut(pieces, prepends);

        var characters = new char[pieces.Sum(piece => Encoding.UTF8.GetByteCount(piece.Text.Span))];
        var bytes = new byte[pieces.Count == 0 ? 0 : pieces.Max(piece => Encoding.UTF8.GetMaxByteCount(piece.Text.Length))];
        var mapped = new List<Piece>(pieces.Count);
        var start = 0;
        foreach (var piece in pieces)
        {
            var count = Encoding.UTF8.GetBytes(piece.Text.Span, bytes);
            for (var i = 0; i < count; i++)
                characters[start + i] = ByteAlphabet.CharacterOf(bytes[i]);
            mapped.Add(piece with { Text = characters.AsMemory(start, count) });
            start += count;
        }

        return mapped;
    }
}

/// <summary>One after the other.</summary>
internal sealed record PreTokenizerSequence(IReadOnlyList<PreTokenizer> Steps) : PreTokenizer
{
    public override List<Piece> Cut(List<Piece> pieces, bool prepends) =>
        Steps.Aggregate(pieces, (current, step) => step.Cut(current, prepends));
}
