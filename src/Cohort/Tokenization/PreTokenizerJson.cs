using System.Text.Json;

namespace Cohort.Tokenization;

/// <summary>Reads the "pre_tokenizer" of tokenizer.json.</summary>
internal static class PreTokenizerJson
{
    // What this part alone takes for a word is not quite the \w of expressions.
    private const string Word = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u24B6-\u24E9\u200C\u200D";

    /// <summary>The pre-tokenizer.</summary>
    /// <exception cref="TokenizationException">It is not supported.</exception>
    public static PreTokenizer Read(JsonElement part) => TokenizerJson.TypeOf(part) switch
    {
        "ByteLevel" => new ByteLevelPreTokenizer(TokenizerJson.Flag(part, "add_prefix_space"), TokenizerJson.Flag(part, "use_regex", fallback: true)),
        "Split" => new SplitPreTokenizer(
            TokenizerJson.Pattern(part), Behavior(TokenizerJson.Text(part, "behavior")), TokenizerJson.Flag(part, "invert")),
        "Metaspace" => new MetaspacePreTokenizer(
            TokenizerJson.Character(part, "replacement"), Scheme(part), TokenizerJson.Flag(part, "split", fallback: true)),
        "Digits" => new SplitPreTokenizer(
            new RegexPattern(@"\p{N}"),
            TokenizerJson.Flag(part, "individual_digits") ? SplitBehavior.Isolated : SplitBehavior.Contiguous,
            Inverted: false),
        "Punctuation" => new SplitPreTokenizer(
            new RegexPattern(@"[\p{P}$+<=>^`|~]"),
            TokenizerJson.Part(part, "behavior") is null ? SplitBehavior.Isolated : Behavior(TokenizerJson.Text(part, "behavior")),
            Inverted: false),
        "Whitespace" => new SplitPreTokenizer(new RegexPattern($@"[{Word}]+|[^{Word}\s]+"), SplitBehavior.Removed, Inverted: true),
        "WhitespaceSplit" => new SplitPreTokenizer(new RegexPattern(@"\s"), SplitBehavior.Removed, Inverted: false),
        "Sequence" => new PreTokenizerSequence(TokenizerJson.Steps(part, "pretokenizers", Read)),
        var type => throw TokenizerJson.Unsupported("pre_tokenizer", type),
    };

    /// <summary>When Metaspace prepends: prepend_scheme, or add_prefix_space as older files say it.</summary>
    public static PrependScheme Scheme(JsonElement part)
    {
        var prefixed = TokenizerJson.Part(part, "add_prefix_space") is not { } flag || flag.GetBoolean();
        var scheme = TokenizerJson.Part(part, "prepend_scheme") is null ? "always" : TokenizerJson.Text(part, "prepend_scheme");
        if (!prefixed && TokenizerJson.Part(part, "prepend_scheme") is not null && scheme != "never")
            throw new JsonException($"Metaspace says add_prefix_space false and prepend_scheme {scheme}.");
        return (prefixed, scheme) switch
        {
            (false, _) or (_, "never") => PrependScheme.Never,
            (_, "always") => PrependScheme.Always,
            (_, "first") => PrependScheme.First,
            _ => throw TokenizerJson.Unsupported("prepend_scheme", scheme),
        };
    }

    private static SplitBehavior Behavior(string behavior) => behavior switch
    {
        "Removed" => SplitBehavior.Removed,
        "Isolated" => SplitBehavior.Isolated,
        "MergedWithPrevious" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" => SplitBehavior.MergedWithNext,
        "Contiguous" => SplitBehavior.Contiguous,
        _ => throw TokenizerJson.Unsupported("behavior", behavior),
    };
}
