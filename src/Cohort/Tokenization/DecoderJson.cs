using System.Text.Json;

namespace Cohort.Tokenization;

/// <summary>Reads the "decoder" of tokenizer.json.</summary>
internal static class DecoderJson
{
    /// <summary>The decoder.</summary>
    /// <exception cref="TokenizationException">It is not supported.</exception>
    public static TokenDecoder Read(JsonElement part) => TokenizerJson.TypeOf(part) switch
    {
        "ByteLevel" => new ByteLevelDecoder(),
        "ByteFallback" => new ByteFallbackDecoder(),
        "Fuse" => new FuseDecoder(),
        "Metaspace" => new MetaspaceDecoder(
            TokenizerJson.Character(part, "replacement"), PreTokenizerJson.Scheme(part) != PrependScheme.Never),
        "Strip" => new StripDecoder(TokenizerJson.Character(part, "content"), Count(part, "start"), Count(part, "stop")),
        "Replace" => new ReplaceDecoder(TokenizerJson.Pattern(part), NormalizerJson.Content(part)),
        "BPEDecoder" => new WordEndDecoder(TokenizerJson.Text(part, "suffix")),
        "Sequence" => new DecoderSequence(TokenizerJson.Steps(part, "decoders", Read)),
        var type => throw TokenizerJson.Unsupported("decoder", type),
    };

    private static int Count(JsonElement part, string key) => TokenizerFolder.Required(part, key).GetInt32() is >= 0 and var count
        ? count
        : throw new JsonException($"'{key}' is negative.");
}
