using System.Text;

namespace Cohort.Tokenization;

/// <summary>
/// Text as its tokens come. A piece is given once no later token can change it: half a character, of which later tokens hold the rest, waits. The
/// pieces together are the text that <see cref="Tokenizer.Decode"/> gives for all tokens.
/// </summary>
public abstract class StreamingDecoder
{
    /// <summary>Takes the next token.</summary>
    /// <param name="id">A token id.</param>
    /// <returns>What the text is longer by; empty while a character is not whole.</returns>
    public abstract string Next(int id);

    /// <summary>What is left when no token follows; half a character is shown as U+FFFD.</summary>
    public abstract string End();
}

/// <summary>For a tokenizer that can decode only all tokens together: decodes them all for each token.</summary>
internal sealed class RepeatedDecoding(Tokenizer tokenizer) : StreamingDecoder
{
    private readonly List<int> _ids = [];
    private int _given;

    /// <inheritdoc/>
    public override string Next(int id)
    {
        _ids.Add(id);
        var text = tokenizer.Decode(_ids);
        var whole = text.AsSpan().TrimEnd((char)Rune.ReplacementChar.Value).Length;
        return Give(text[..Math.Max(whole, _given)]);
    }

    /// <inheritdoc/>
    public override string End() => Give(tokenizer.Decode(_ids));

    private string Give(string text)
    {
        var piece = text[_given..];
        _given = text.Length;
        return piece;
    }
}

/// <summary>A pipeline's decoder at work: each token is looked at once.</summary>
internal sealed class PipelineDecoding : StreamingDecoder
{
    private readonly TokenizerPipeline _pipeline;
    private readonly bool _skipsSpecial;
    private readonly DecodedText _text = new();
    private readonly DecoderStage _stages;

    /// <summary>At the beginning of a text.</summary>
    public PipelineDecoding(TokenizerPipeline pipeline, bool skipsSpecial)
    {
        (_pipeline, _skipsSpecial) = (pipeline, skipsSpecial);
        _stages = pipeline.Decoder.Start(_text);
    }

    /// <inheritdoc/>
    public override string Next(int id)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(id);
        Take(id);
        return _text.Drain();
    }

    /// <inheritdoc/>
    public override string End()
    {
        _stages.Finish();
        return _text.Drain();
    }

    /// <summary>Takes a token without giving what it adds.</summary>
    public void Take(int id)
    {
        if (_pipeline.TokenOf(id) is { } token && !(_skipsSpecial && _pipeline.Added.Special.Contains(id)))
            _stages.Take(token, ends: true);
    }
}
