using System.Text;

namespace Cohort.Tokenization;

/// <summary>
/// One token per Unicode character (a code point), for an alphabet that is known beforehand: a BPE model without merges. Every other character is an
/// error, where Hugging Face's libraries leave it out.
/// </summary>
public sealed class CharacterTokenizer : Tokenizer
{
    private readonly TokenizerPipeline _pipeline;

    /// <summary>A tokenizer with &lt;pad&gt; as id 0, &lt;eos&gt; as id 1, then the alphabet's characters in their order.</summary>
    /// <param name="alphabet">Every character that texts may contain. Repeats count once, so it may be a text to learn from.</param>
    /// <exception cref="TokenizationException">The alphabet holds half of a surrogate pair.</exception>
    public CharacterTokenizer(string alphabet)
        : this(["<pad>", "<eos>", .. CharactersOf(alphabet)], padding: 0, endOfSequence: 1, special: new HashSet<int> { 0, 1 })
    {
    }

    /// <summary>A tokenizer whose token of id i is tokens[i]; all but the special ones are single characters.</summary>
    internal CharacterTokenizer(string[] tokens, int padding, int endOfSequence, IReadOnlySet<int> special)
    {
        (Tokens, Padding, EndOfSequence) = (tokens, padding, endOfSequence);
        var characters = tokens.Select((token, id) => (token, id)).Where(pair => !special.Contains(pair.id));
        var vocabulary = new Vocabulary(characters.ToDictionary(pair => pair.token, pair => pair.id));
        _pipeline = new()
        {
            Vocabulary = vocabulary,
            Model = new(vocabulary, new BytePairMerges(0), new() { Joints = new HashSet<(char, char)>() }),
            Added = new([.. special.Select(id => new AddedToken { Content = tokens[id], Id = id, IsSpecial = true })], new NormalizerSequence([])),
            Decoder = new FuseDecoder(),
        };
    }

    /// <inheritdoc/>
    public override int VocabularySize => Tokens.Count;

    /// <inheritdoc/>
    public override int EndOfSequence { get; }

    /// <inheritdoc/>
    public override int Padding { get; }

    /// <inheritdoc/>
    public override IReadOnlyCollection<string> SpecialSpellings => _pipeline.Added.SpecialSpellings;

    /// <summary>The characters that have tokens, in the order of their ids.</summary>
    public string Alphabet => string.Concat(Tokens.Where((_, id) => !Special.Contains(id)));

    internal IReadOnlyList<string> Tokens { get; }

    internal IReadOnlySet<int> Special => _pipeline.Added.Special;

    /// <summary>One id per character; no special token is added and none is recognized in the text.</summary>
    /// <param name="text">A text over the alphabet.</param>
    /// <exception cref="TokenizationException">A character is not in the alphabet.</exception>
    public override IReadOnlyList<int> Encode(string text) => Encode(text, recognizesSpecial: false);

    /// <inheritdoc/>
    public override IReadOnlyList<int> EncodeRendered(string text, bool begins) => Encode(text, recognizesSpecial: true);

    /// <inheritdoc/>
    public override string Decode(IEnumerable<int> ids) => _pipeline.Decode(ids, skipsSpecial: true);

    /// <inheritdoc/>
    internal override string DecodeWithSpecial(IEnumerable<int> ids) => _pipeline.Decode(ids, skipsSpecial: false);

    /// <inheritdoc/>
    public override StreamingDecoder Stream() => new PipelineDecoding(_pipeline, skipsSpecial: true);

    /// <inheritdoc/>
    public override void Save(string folder) => CharacterTokenizerFormat.Save(this, folder);

    private List<int> Encode(string text, bool recognizesSpecial)
    {
        Characters.RequireWhole(text);
        foreach (var (start, end, id) in _pipeline.Added.Find(text, isNormalized: false, recognizesSpecial))
            if (id is null)
                RequireKnown(text, start, end);
        return _pipeline.Encode(text, recognizesSpecial, prepends: false);
    }

    private void RequireKnown(string text, int start, int end)
    {
        var position = start;
        foreach (var rune in text.AsSpan(start, end - start).EnumerateRunes())
        {
            if (!_pipeline.Model.Knows(rune))
                throw new TokenizationException($"Character {Shown(rune)} at position {position} is not in the tokenizer's alphabet of "
                    + $"{Tokens.Count - Special.Count} characters, {Shown(Alphabet)}. Take it out of the text, or make a tokenizer with a larger "
                    + "alphabet.");
            position += rune.Utf16SequenceLength;
        }
    }

    private static IEnumerable<string> CharactersOf(string alphabet)
    {
        Characters.RequireWhole(alphabet);
        return alphabet.EnumerateRunes().Distinct().Select(rune => rune.ToString());
    }

    private static string Shown(Rune rune) => Rune.IsControl(rune) ? $"U+{rune.Value:X4}" : $"'{rune}' (U+{rune.Value:X4})";

    private static string Shown(string alphabet)
    {
        var runes = alphabet.EnumerateRunes().ToArray();
        var text = string.Concat(runes.Take(100).Select(rune => Rune.IsControl(rune) ? $"\\u{rune.Value:X4}" : rune.ToString()));
        return $"\"{text}\"" + (runes.Length > 100 ? "..." : "");
    }
}
