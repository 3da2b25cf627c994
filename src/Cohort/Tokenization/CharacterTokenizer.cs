using System.Buffers;
using System.Text;

namespace Cohort.Tokenization;

/// <summary>
/// One token per Unicode character (a code point), for an alphabet that is known beforehand. Every other character is an error. In
/// Hugging Face's terms it is a BPE model without merges; the two encode alike, except that Hugging Face's encodes a spelled-out
/// special token, such as "&lt;eos&gt;", as that token.
/// </summary>
public sealed class CharacterTokenizer : Tokenizer
{
    private readonly string[] _tokens;
    private readonly Dictionary<Rune, int> _ids = [];

    /// <summary>A tokenizer with &lt;pad&gt; as id 0, &lt;eos&gt; as id 1, then the alphabet's characters in their order.</summary>
    /// <param name="alphabet">Every character that texts may contain. Repeats count once, so it may be a text to learn from.</param>
    /// <exception cref="TokenizationException">The alphabet holds half of a surrogate pair.</exception>
    public CharacterTokenizer(string alphabet)
        : this(
            ["<pad>", "<eos>", .. Runes(alphabet).Distinct().Select(rune => rune.ToString())],
            padding: 0,
            endOfSequence: 1,
            special: new HashSet<int> { 0, 1 })
    {
    }

    /// <summary>A tokenizer whose token of id i is tokens[i]; all but the special ones are single characters.</summary>
    internal CharacterTokenizer(string[] tokens, int padding, int endOfSequence, IReadOnlySet<int> special)
    {
        (_tokens, Padding, EndOfSequence, Special) = (tokens, padding, endOfSequence, special);
        for (var id = 0; id < tokens.Length; id++)
            if (!special.Contains(id))
                _ids.Add(Rune.GetRuneAt(tokens[id], 0), id);
    }

    /// <inheritdoc/>
    public override int VocabularySize => _tokens.Length;

    /// <inheritdoc/>
    public override int EndOfSequence { get; }

    /// <inheritdoc/>
    public override int Padding { get; }

    /// <summary>The characters that have tokens, in the order of their ids.</summary>
    public string Alphabet => string.Concat(_tokens.Where((_, id) => !Special.Contains(id)));

    internal IReadOnlyList<string> Tokens => _tokens;

    internal IReadOnlySet<int> Special { get; }

    /// <summary>One id per character; no special token is added and none is recognized in the text.</summary>
    /// <param name="text">A text over the alphabet.</param>
    /// <exception cref="TokenizationException">A character is not in the alphabet.</exception>
    public override IReadOnlyList<int> Encode(string text)
    {
        var ids = new List<int>(text.Length);
        var position = 0;
        foreach (var rune in Runes(text))
        {
            if (!_ids.TryGetValue(rune, out var id))
                throw new TokenizationException($"Character {Shown(rune)} at position {position} is not in the tokenizer's alphabet of "
                    + $"{_ids.Count} characters, {Shown(Alphabet)}. Take it out of the text, or make a tokenizer with a larger alphabet.");
            ids.Add(id);
            position += rune.Utf16SequenceLength;
        }

        return ids;
    }

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids)
    {
        var text = new StringBuilder();
        foreach (var id in ids)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(id, nameof(ids));
            if (id < _tokens.Length && !Special.Contains(id))
                text.Append(_tokens[id]);
        }

        return text.ToString();
    }

    /// <inheritdoc/>
    public override void Save(string folder) => CharacterTokenizerFormat.Save(this, folder);

    private static List<Rune> Runes(string text)
    {
        var runes = new List<Rune>(text.Length);
        for (var position = 0; position < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(position), out var rune, out var length) != OperationStatus.Done)
                throw new TokenizationException($"U+{(int)text[position]:X4} at position {position} is half of a surrogate pair, which is "
                    + "no character. Take it out of the text.");
            runes.Add(rune);
            position += length;
        }

        return runes;
    }

    private static string Shown(Rune rune) => Rune.IsControl(rune) ? $"U+{rune.Value:X4}" : $"'{rune}' (U+{rune.Value:X4})";

    private static string Shown(string alphabet)
    {
        var runes = Runes(alphabet);
        var text = string.Concat(runes.Take(100).Select(rune => Rune.IsControl(rune) ? $"\\u{rune.Value:X4}" : rune.ToString()));
        return $"\"{text}\"" + (runes.Count > 100 ? "..." : "");
    }
}
