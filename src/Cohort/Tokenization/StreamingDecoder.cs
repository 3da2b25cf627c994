using System.Text;

namespace Cohort.Tokenization;

/// <summary>
/// Text as its tokens come. A piece is given once no later token can change it: half a character, of which later tokens hold the rest, waits. The
/// pieces together are the text that <see cref="Tokenizer.Decode"/> gives for all tokens.
/// </summary>
/// <param name="tokenizer">Whose tokens come.</param>
public sealed class StreamingDecoder(Tokenizer tokenizer)
{
    private readonly List<int> _ids = [];
    private int _given;

    /// <summary>Takes the next token.</summary>
    /// <param name="id">A token id.</param>
    /// <returns>What the text is longer by; empty while a character is not whole.</returns>
    public string Next(int id)
    {
        _ids.Add(id);
        var text = tokenizer.Decode(_ids);
        var whole = text.AsSpan().TrimEnd((char)Rune.ReplacementChar.Value).Length;
        return Give(text[..Math.Max(whole, _given)]);
    }

    /// <summary>What is left when no token follows; half a character is shown as U+FFFD.</summary>
    public string End() => Give(tokenizer.Decode(_ids));

    private string Give(string text)
    {
        var piece = text[_given..];
        _given = text.Length;
        return piece;
    }
}
