using System.Text;
using System.Text.Json;

namespace Cohort.Tokenization;

/// <summary>Reads the "normalizer" of tokenizer.json.</summary>
internal static class NormalizerJson
{
    /// <summary>The normalizer.</summary>
    /// <exception cref="TokenizationException">It is not supported.</exception>
    public static Normalizer Read(JsonElement part) => TokenizerJson.TypeOf(part) switch
    {
        "NFC" => new UnicodeNormalizer(NormalizationForm.FormC),
        "NFD" => new UnicodeNormalizer(NormalizationForm.FormD),
        "NFKC" => new UnicodeNormalizer(NormalizationForm.FormKC),
        "NFKD" => new UnicodeNormalizer(NormalizationForm.FormKD),
        "Lowercase" => new LowercaseNormalizer(),
        "Strip" => new StripNormalizer(TokenizerJson.Flag(part, "strip_left"), TokenizerJson.Flag(part, "strip_right")),
        "Replace" => new ReplaceNormalizer(TokenizerJson.Pattern(part), Content(part)),
        "Prepend" => new PrependNormalizer(TokenizerJson.Text(part, "prepend")),
        "Sequence" => new NormalizerSequence(TokenizerJson.Steps(part, "normalizers", Read)),
        var type => throw TokenizerJson.Unsupported("normalizer", type),
    };

    /// <summary>What a pattern is replaced with.</summary>
    public static string Content(JsonElement part)
    {
        var content = TokenizerJson.Text(part, "content");
        return content.Contains('$') && part.GetProperty("pattern").TryGetProperty("Regex", out _)
            ? throw TokenizerJson.Unsupported("Replace", $"of a Regex with the content '{content}', which names groups,")
            : content;
    }
}
