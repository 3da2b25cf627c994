namespace Cohort.Tokenization;

/// <summary>
/// Turns text into token ids and back. Text is data: a prompt that spells a special token, such as "&lt;eos&gt;", is encoded as the
/// characters that it has, never as the special token, so that no data can end a sequence. Thread-safe.
/// </summary>
public abstract class Tokenizer
{
    /// <summary>How many tokens there are, special ones included: ids are 0 .. VocabularySize - 1.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The id of the token that ends a sequence.</summary>
    public abstract int EndOfSequence { get; }

    /// <summary>The id that fills the space behind a sequence.</summary>
    public abstract int Padding { get; }

    /// <summary>How the special tokens are spelled, such as &lt;|im_end|&gt;: what <see cref="EncodeRendered"/> takes for more than characters.</summary>
    public virtual IReadOnlyCollection<string> SpecialSpellings => [];

    /// <summary>
    /// The token ids of a text that stands behind other tokens, such as a completion; nothing is added. Decoding a prompt's ids and these together gives
    /// both texts together, where decoding gives back text at all.
    /// </summary>
    /// <param name="text">Any text.</param>
    /// <exception cref="TokenizationException">The text holds something that no token stands for.</exception>
    public abstract IReadOnlyList<int> Encode(string text);

    /// <summary>The token ids of a text that begins a sequence: with the tokens that the folder's post-processing puts first, such as &lt;s&gt;.</summary>
    /// <inheritdoc cref="Encode"/>
    public virtual IReadOnlyList<int> EncodePrompt(string text) => Encode(text);

    /// <summary>
    /// The token ids of a rendered chat template. Here, and only here, a special token that is spelled out is that token; nothing is added, since the
    /// template writes its own begin of sequence.
    /// </summary>
    /// <inheritdoc cref="Encode"/>
    /// <param name="text">Any text.</param>
    /// <param name="begins">Whether it begins a sequence, rather than standing behind other tokens.</param>
    public virtual IReadOnlyList<int> EncodeRendered(string text, bool begins) => Encode(text);

    /// <summary>
    /// The text of token ids. Special tokens are skipped, and so are ids beyond the vocabulary, which models with a padded vocabulary
    /// may sample.
    /// </summary>
    /// <param name="ids">Token ids, each at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An id is negative.</exception>
    public abstract string Decode(IEnumerable<int> ids);

    /// <summary>The text of token ids as <see cref="Decode"/> gives it, but with special tokens as they are spelled.</summary>
    /// <inheritdoc cref="Decode"/>
    internal virtual string DecodeWithSpecial(IEnumerable<int> ids) => Decode(ids);

    /// <summary>The text of one completion, token by token, for showing it while it is sampled.</summary>
    /// <returns>A decoder at its beginning.</returns>
    public virtual StreamingDecoder Stream() => new RepeatedDecoding(this);

    /// <summary>
    /// Writes tokenizer.json and tokenizer_config.json, which Hugging Face's libraries read, into a folder; what was loaded is written as it was, byte
    /// for byte. Files of these names are overwritten in place, so write into a folder that is still being made.
    /// </summary>
    /// <param name="folder">A folder that exists.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public abstract void Save(string folder);
}
