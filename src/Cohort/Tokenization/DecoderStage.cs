using System.Text;

namespace Cohort.Tokenization;

/// <summary>
/// A step of decoding at work on one text. It takes tokens as they come and hands on, at once, what no later token can change; a token may come in
/// parts, since some steps make one token of all.
/// </summary>
internal abstract class DecoderStage
{
    /// <summary>Takes a token, or a part of one.</summary>
    /// <param name="part">Text.</param>
    /// <param name="ends">Whether the token ends with it.</param>
    public abstract void Take(string part, bool ends);

    /// <summary>No token follows.</summary>
    public abstract void Finish();
}

/// <summary>The end of the chain: the text so far.</summary>
internal sealed class DecodedText : DecoderStage
{
    private readonly StringBuilder _text = new();

    /// <inheritdoc/>
    public override void Take(string part, bool ends) => _text.Append(part);

    /// <inheritdoc/>
    public override void Finish()
    {
    }

    /// <summary>What came since the last call.</summary>
    public string Drain()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }
}

/// <summary>A step that looks at whole tokens.</summary>
internal abstract class WholeTokenStage(DecoderStage next) : DecoderStage
{
    private readonly StringBuilder _parts = new();

    /// <summary>What takes this step's tokens.</summary>
    protected DecoderStage Next => next;

    /// <inheritdoc/>
    public sealed override void Take(string part, bool ends)
    {
        if (!ends)
        {
            _parts.Append(part);
            return;
        }

        Take(_parts.Length == 0 ? part : _parts.Append(part).ToString());
        _parts.Clear();
    }

    /// <inheritdoc/>
    public override void Finish() => next.Finish();

    /// <summary>Takes a whole token.</summary>
    protected abstract void Take(string token);
}

internal sealed class ByteLevelStage(DecoderStage next) : WholeTokenStage(next)
{
    // Holds back the bytes of a character that is not whole.
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    public override void Finish()
    {
        Next.Take(Decoded([], flush: true), ends: true);
        base.Finish();
    }

    protected override void Take(string token) => Next.Take(Decoded(BytesOf(token), flush: false), ends: false);

    // A token with any other character, such as an added one, stands for its own text.
    private static byte[] BytesOf(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            if (ByteAlphabet.ByteOf(token[i]) is not (>= 0 and var value))
                return Encoding.UTF8.GetBytes(token);
            bytes[i] = (byte)value;
        }

        return bytes;
    }

    private string Decoded(ReadOnlySpan<byte> bytes, bool flush)
    {
        var characters = new char[_decoder.GetCharCount(bytes, flush)];
        return new(characters.AsSpan(0, _decoder.GetChars(bytes, characters, flush)));
    }
}

internal sealed class ByteFallbackStage(DecoderStage next) : WholeTokenStage(next)
{
    private readonly List<byte> _bytes = [];

    public override void Finish()
    {
        Flush();
        base.Finish();
    }

    protected override void Take(string token)
    {
        if (token.Length == 6 && token.StartsWith("<0x", StringComparison.Ordinal) && token[5] == '>'
            && char.IsAsciiHexDigit(token[3]) && char.IsAsciiHexDigit(token[4]))
        {
            _bytes.Add(Convert.ToByte(token[3..5], 16));
            return;
        }

        Flush();
        Next.Take(token, ends: true);
    }

    private void Flush()
    {
        if (_bytes.Count == 0)
            return;
        byte[] bytes = [.. _bytes];
        if (System.Text.Unicode.Utf8.IsValid(bytes))
            Next.Take(Encoding.UTF8.GetString(bytes), ends: true);
        else
            foreach (var _ in bytes)
                Next.Take("\uFFFD", ends: true);
        _bytes.Clear();
    }
}

internal sealed class FuseStage(DecoderStage next) : DecoderStage
{
    public override void Take(string part, bool ends) => next.Take(part, ends: false);

    public override void Finish()
    {
        next.Take("", ends: true);
        next.Finish();
    }
}

internal sealed class MetaspaceStage(MetaspaceDecoder decoder, DecoderStage next) : DecoderStage
{
    private bool _isFirst = true;

    public override void Take(string part, bool ends)
    {
        next.Take(
            _isFirst && decoder.DropsFirst
                ? part.Replace(decoder.Replacement.ToString(), "", StringComparison.Ordinal)
                : part.Replace(decoder.Replacement, ' '),
            ends);
        _isFirst &= !ends;
    }

    public override void Finish() => next.Finish();
}

internal sealed class StripStage(StripDecoder decoder, DecoderStage next) : DecoderStage
{
    private int _cut, _held;
    private bool _begun;

    public override void Take(string part, bool ends)
    {
        var kept = new StringBuilder(part.Length);
        foreach (var c in part)
        {
            if (!_begun && c == decoder.Content && _cut < decoder.Left)
            {
                _cut++;
                continue;
            }

            _begun = true;
            if (c != decoder.Content)
                Release(kept, _held);
            if (c != decoder.Content)
                kept.Append(c);
            else if (++_held > decoder.Right)
                Release(kept, 1);
        }

        next.Take(kept.ToString(), ends);
        if (ends)
            (_cut, _held, _begun) = (0, 0, false);
    }

    public override void Finish() => next.Finish();

    private void Release(StringBuilder kept, int count)
    {
        kept.Append(decoder.Content, count);
        _held -= count;
    }
}

internal sealed class ReplaceStage(ReplaceDecoder decoder, DecoderStage next) : WholeTokenStage(next)
{
    protected override void Take(string token) => Next.Take(decoder.Pattern.Replace(token, decoder.Content), ends: true);
}

internal sealed class WordEndStage(WordEndDecoder decoder, DecoderStage next) : WholeTokenStage(next)
{
    private string? _last;

    public override void Finish()
    {
        Give("");
        base.Finish();
    }

    protected override void Take(string token)
    {
        Give(" ");
        _last = token;
    }

    private void Give(string end)
    {
        if (_last is { } token)
            Next.Take(decoder.Suffix.Length == 0 ? token : token.Replace(decoder.Suffix, end, StringComparison.Ordinal), ends: true);
    }
}

internal sealed class SpacesStage(DecoderStage next) : DecoderStage
{
    private bool _begun;

    public override void Take(string part, bool ends)
    {
        next.Take(_begun ? " " + part : part, ends);
        _begun = true;
    }

    public override void Finish() => next.Finish();
}
