namespace Cohort.Tokenization;

/// <summary>How tokenizer.json turns tokens into text: one step, or several in a row. A step at work on one text is a <see cref="DecoderStage"/>.</summary>
internal abstract record TokenDecoder
{
    private protected TokenDecoder()
    {
    }

    /// <summary>This step at the beginning of a text.</summary>
    /// <param name="next">What takes its tokens.</param>
    public abstract DecoderStage Start(DecoderStage next);
}

/// <summary>Characters of <see cref="ByteAlphabet"/> as bytes, and all bytes as UTF-8; what is not UTF-8 is U+FFFD.</summary>
internal sealed record ByteLevelDecoder : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => new ByteLevelStage(next);
}

/// <summary>Tokens &lt;0x..&gt; in a row as one text of UTF-8; where they are not UTF-8, each is U+FFFD.</summary>
internal sealed record ByteFallbackDecoder : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => new ByteFallbackStage(next);
}

/// <summary>All tokens as one, for the steps behind it.</summary>
internal sealed record FuseDecoder : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => new FuseStage(next);
}

/// <summary>"▁" as a space; in the first token, where words begin with it, as nothing.</summary>
internal sealed record MetaspaceDecoder(char Replacement, bool DropsFirst) : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => new MetaspaceStage(this, next);
}

/// <summary>At most so many of a character taken from the ends of each token.</summary>
internal sealed record StripDecoder(char Content, int Left, int Right) : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => new StripStage(this, next);
}

/// <summary>Every occurrence of a pattern in a token replaced.</summary>
internal sealed record ReplaceDecoder(TextPattern Pattern, string Content) : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => new ReplaceStage(this, next);
}

/// <summary>The mark of a word's end as a space, and as nothing at the end of the text.</summary>
internal sealed record WordEndDecoder(string Suffix) : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => new WordEndStage(this, next);
}

/// <summary>Spaces between the tokens: what the reference does where no decoder is named.</summary>
internal sealed record SpacesDecoder : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => new SpacesStage(next);
}

/// <summary>One after the other.</summary>
internal sealed record DecoderSequence(IReadOnlyList<TokenDecoder> Steps) : TokenDecoder
{
    public override DecoderStage Start(DecoderStage next) => Steps.Reverse().Aggregate(next, (later, step) => step.Start(later));
}
