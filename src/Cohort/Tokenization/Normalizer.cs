using System.Text;

namespace Cohort.Tokenization;

/// <summary>What tokenizer.json does to a text before it is cut into pieces.</summary>
internal abstract record Normalizer
{
    private protected Normalizer()
    {
    }

    /// <summary>The normalized text.</summary>
    /// <param name="text">Whole characters.</param>
    /// <param name="prepends">Whether what stands before a text that begins a sequence is put there; a continuation has none.</param>
    public abstract string Apply(string text, bool prepends);
}

/// <summary>Unicode's normalization forms.</summary>
internal sealed record UnicodeNormalizer(NormalizationForm Form) : Normalizer
{
    public override string Apply(string text, bool prepends) => UnicodeNormalization.Normalize(text, Form);
}

/// <summary>Lower case, character by character.</summary>
internal sealed record LowercaseNormalizer : Normalizer
{
    // The one character whose lower case is two: the dot stays as a combining one.
    public override string Apply(string text, bool prepends) => text.ToLowerInvariant().Replace("İ", "i\u0307", StringComparison.Ordinal);
}

/// <summary>No white space at the ends.</summary>
internal sealed record StripNormalizer(bool Left, bool Right) : Normalizer
{
    public override string Apply(string text, bool prepends)
    {
        var left = Left ? text.TrimStart() : text;
        return Right ? left.TrimEnd() : left;
    }
}

/// <summary>Every occurrence of a pattern replaced.</summary>
internal sealed record ReplaceNormalizer(TextPattern Pattern, string Content) : Normalizer
{
    public override string Apply(string text, bool prepends) => Pattern.Replace(text, Content);
}

/// <summary>Something put before a text that is not empty, such as SentencePiece's "▁".</summary>
internal sealed record PrependNormalizer(string Prefix) : Normalizer
{
    public override string Apply(string text, bool prepends) => prepends && text.Length > 0 ? Prefix + text : text;
}

/// <summary>One after the other.</summary>
internal sealed record NormalizerSequence(IReadOnlyList<Normalizer> Steps) : Normalizer
{
    public override string Apply(string text, bool prepends) => Steps.Aggregate(text, (current, step) => step.Apply(current, prepends));
}
