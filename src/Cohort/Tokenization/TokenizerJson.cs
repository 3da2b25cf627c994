using System.Text.Json;

namespace Cohort.Tokenization;

/// <summary>
/// Reads the stages of tokenizer.json (huggingface/tokenizers 0.23). What is not supported is refused by its part and value, since a tokenizer that
/// leaves something out gives other ids.
/// </summary>
internal static class TokenizerJson
{
    /// <summary>The stages of a file.</summary>
    /// <param name="root">The file.</param>
    /// <exception cref="TokenizationException">Something is not supported; the message lacks the folder.</exception>
    /// <exception cref="JsonException">Something is missing, or two parts contradict each other.</exception>
    public static TokenizerPipeline Read(JsonElement root)
    {
        var normalizer = Part(root, "normalizer") is { } first ? NormalizerJson.Read(first) : new NormalizerSequence([]);
        var (vocabulary, model) = BytePairJson.Read(TokenizerFolder.Required(root, "model"));
        var (before, behind) = Part(root, "post_processor") is { } processor ? PostProcessorJson.Read(processor) : ([], []);
        return new()
        {
            Vocabulary = vocabulary,
            Model = model,
            Added = new(Added(root, vocabulary), normalizer),
            Normalizer = normalizer,
            PreTokenizer = Part(root, "pre_tokenizer") is { } cutter ? PreTokenizerJson.Read(cutter) : new PreTokenizerSequence([]),
            Decoder = Part(root, "decoder") is { } decoder ? DecoderJson.Read(decoder) : new SpacesDecoder(),
            Before = before,
            Behind = behind,
        };
    }

    /// <summary>A part that may be missing or null.</summary>
    public static JsonElement? Part(JsonElement parent, string key) =>
        parent.TryGetProperty(key, out var part) && part.ValueKind != JsonValueKind.Null ? part : null;

    /// <summary>What kind of part it is.</summary>
    public static string TypeOf(JsonElement part) => Text(part, "type");

    /// <summary>A text that must be there.</summary>
    public static string Text(JsonElement parent, string key) =>
        TokenizerFolder.Required(parent, key).GetString() ?? throw new JsonException($"'{key}' is null.");

    /// <summary>A UTF-16 unit that must be there.</summary>
    public static char Character(JsonElement parent, string key) => Text(parent, key) is { Length: 1 } text
        ? text[0]
        : throw new JsonException($"'{key}' is '{Text(parent, key)}', which is not one character up to U+FFFF.");

    /// <summary>A truth value; the fallback where it is missing, or an error where there is none.</summary>
    public static bool Flag(JsonElement parent, string key, bool? fallback = null) =>
        fallback is { } value && !parent.TryGetProperty(key, out _) ? value : TokenizerFolder.Required(parent, key).GetBoolean();

    /// <summary>A pattern: {"String": ...} or {"Regex": ...}.</summary>
    public static TextPattern Pattern(JsonElement parent)
    {
        var pattern = TokenizerFolder.Required(parent, "pattern");
        if (pattern.TryGetProperty("Regex", out _))
            return new RegexPattern(Text(pattern, "Regex"));
        var literal = Text(pattern, "String");
        return literal.Length > 0 ? new LiteralPattern(literal) : throw Unsupported("pattern", "an empty String");
    }

    /// <summary>The steps of a sequence.</summary>
    public static List<T> Steps<T>(JsonElement part, string key, Func<JsonElement, T> read) =>
        [.. TokenizerFolder.Required(part, key).EnumerateArray().Select(read)];

    /// <summary>The error for a part that would give other ids or other text than the reference.</summary>
    public static TokenizationException Unsupported(string part, string value) => new($"{part} {value} is not supported");

    // An added token has the id of the model's token that is spelled so, else the one behind the largest of an added token, or the number of the
    // model's tokens where that is larger: what the file says as its id is ignored by the reference.
    private static List<AddedToken> Added(JsonElement root, Vocabulary vocabulary)
    {
        var added = new Dictionary<string, AddedToken>();
        var largest = -1;
        foreach (var token in Part(root, "added_tokens") is { } list ? list.EnumerateArray().ToArray() : [])
        {
            var content = Text(token, "content");
            if (content.Length == 0)
                continue;
            var isSpecial = Flag(token, "special", fallback: false);
            var earlier = added.GetValueOrDefault(content);
            var id = vocabulary.IdOf(content) ?? earlier?.Id ?? Math.Max(largest + 1, vocabulary.Ids.Count);
            largest = Math.Max(largest, id);
            added[content] = new()
            {
                Content = content,
                Id = id,
                IsSpecial = isSpecial || earlier is { IsSpecial: true },
                IsNormalized = Flag(token, "normalized", fallback: !isSpecial),
                IsSingleWord = Flag(token, "single_word", fallback: false),
                StripsLeft = Flag(token, "lstrip", fallback: false),
                StripsRight = Flag(token, "rstrip", fallback: false),
            };
        }

        return [.. added.Values.DistinctBy(token => token.Id)];
    }
}
