namespace Cohort.Tokenization;

/// <summary>
/// The stages of tokenizer.json between text and ids: added tokens, normalizer, pre-tokenizer and model, what stands around a sequence, and the decoder
/// back. Thread-safe.
/// </summary>
internal sealed record TokenizerPipeline
{
    private static readonly IReadOnlySet<int> Nothing = new HashSet<int>();

    /// <summary>The model's tokens.</summary>
    public required Vocabulary Vocabulary { get; init; }

    /// <summary>The model.</summary>
    public required BytePairModel Model { get; init; }

    /// <summary>Tokens that are found as they are spelled.</summary>
    public required AddedTokens Added { get; init; }

    /// <summary>What is done to text first.</summary>
    public Normalizer Normalizer { get; init; } = new NormalizerSequence([]);

    /// <summary>How normalized text is cut.</summary>
    public PreTokenizer PreTokenizer { get; init; } = new PreTokenizerSequence([]);

    /// <summary>How tokens become text.</summary>
    public TokenDecoder Decoder { get; init; } = new SpacesDecoder();

    /// <summary>The tokens that post-processing puts before a sequence.</summary>
    public IReadOnlyList<int> Before { get; init; } = [];

    /// <summary>The tokens that the reference's post-processing puts behind a sequence; here nothing puts them there, as prompts are gone on from.</summary>
    public IReadOnlyList<int> Behind { get; init; } = [];

    /// <summary>Measures how long a text takes.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>Ids are below this.</summary>
    public int Size => Math.Max(Vocabulary.Size, Added.Size);

    /// <summary>The token of an id; null beyond the vocabulary and in its holes.</summary>
    public string? TokenOf(int id) => Added.TokenOf(id) ?? Vocabulary.TokenOf(id);

    /// <summary>The id of a token.</summary>
    public int? IdOf(string token) => Vocabulary.IdOf(token) ?? Added.IdOf(token);

    /// <summary>The ids of a text, without those around a sequence.</summary>
    /// <param name="text">The text.</param>
    /// <param name="recognizesSpecial">Whether a special token that is spelled is that token; else nothing in the text becomes one.</param>
    /// <param name="prepends">
    /// Whether what stands before a text that begins a sequence, such as "▁", is put there. Behind a special token in the text it always is, as in the
    /// reference.
    /// </param>
    /// <exception cref="TokenizationException">The text has half a surrogate pair, or an expression takes too long on it.</exception>
    public List<int> Encode(string text, bool recognizesSpecial, bool prepends)
    {
        Characters.RequireWhole(text);
        return EncodingDeadline.Within(Clock, () => EncodeWhole(text, recognizesSpecial, prepends));
    }

    /// <summary>The text of ids; those beyond the vocabulary have none.</summary>
    public string Decode(IEnumerable<int> ids, bool skipsSpecial)
    {
        var decoding = new PipelineDecoding(this, skipsSpecial);
        foreach (var id in ids)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(ids));
            decoding.Take(id);
        }

        return decoding.End();
    }

    private List<int> EncodeWhole(string text, bool recognizesSpecial, bool prepends)
    {
        var ids = new List<int>(text.Length / 3 + 8);
        foreach (var (start, end, id) in Added.Find(text, isNormalized: false, recognizesSpecial))
            if (id is { } added)
                ids.Add(added);
            else
                EncodePart(text[start..end], begins: start == 0, recognizesSpecial, prepends || (recognizesSpecial && start > 0), ids);
        return ids;
    }

    private void EncodePart(string text, bool begins, bool recognizesSpecial, bool prepends, List<int> ids)
    {
        var normalized = Normalizer.Apply(text, prepends);
        var pieces = new List<Piece>();
        foreach (var (start, end, id) in Added.Find(normalized, isNormalized: true, recognizesSpecial))
        {
            if (id is null)
            {
                pieces.Add(new(normalized.AsMemory(start, end - start), begins && start == 0));
                continue;
            }

            EncodePieces(pieces, recognizesSpecial, prepends, ids);
            ids.Add(id.Value);
        }

        EncodePieces(pieces, recognizesSpecial, prepends, ids);
    }

    private void EncodePieces(List<Piece> pieces, bool recognizesSpecial, bool prepends, List<int> ids)
    {
        var hidden = recognizesSpecial ? Nothing : Added.Special;
        if (pieces.Count > 0)
            foreach (var piece in PreTokenizer.Cut(pieces, prepends))
                Model.Encode(piece.Text.Span, ids, hidden);
        pieces.Clear();
    }
}
