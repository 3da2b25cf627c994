using System.Text.Json;

namespace Cohort.Tokenization;

/// <summary>Reads the "post_processor" of tokenizer.json: the tokens that it puts around one sequence.</summary>
internal static class PostProcessorJson
{
    /// <summary>The tokens before a sequence and those behind it.</summary>
    /// <exception cref="TokenizationException">It is not supported.</exception>
    public static (int[] Before, int[] Behind) Read(JsonElement part) => TokenizerJson.TypeOf(part) switch
    {
        "ByteLevel" => ([], []),
        "TemplateProcessing" => Template(part),
        "BertProcessing" or "RobertaProcessing" => ([Named(part, "cls")], [Named(part, "sep")]),
        "Sequence" => TokenizerJson.Steps(part, "processors", Read).Aggregate(
            (Before: Array.Empty<int>(), Behind: Array.Empty<int>()),
            (inner, outer) => ([.. outer.Before, .. inner.Before], [.. inner.Behind, .. outer.Behind])),
        var type => throw TokenizerJson.Unsupported("post_processor", type),
    };

    private static (int[] Before, int[] Behind) Template(JsonElement part)
    {
        var named = TokenizerFolder.Required(part, "special_tokens");
        var (before, behind) = (new List<int>(), new List<int>());
        var seen = false;
        foreach (var piece in TokenizerFolder.Required(part, "single").EnumerateArray())
        {
            if (piece.TryGetProperty("Sequence", out var sequence))
            {
                if (seen || TokenizerJson.Text(sequence, "id") != "A")
                    throw TokenizerJson.Unsupported("post_processor TemplateProcessing", "with other than one sequence A in 'single'");
                seen = true;
                continue;
            }

            var token = TokenizerFolder.Required(named, TokenizerJson.Text(TokenizerFolder.Required(piece, "SpecialToken"), "id"));
            (seen ? behind : before).AddRange(TokenizerFolder.Required(token, "ids").EnumerateArray().Select(Id));
        }

        return seen ? ([.. before], [.. behind]) : throw TokenizerJson.Unsupported("post_processor TemplateProcessing", "without the sequence A");
    }

    // A token with its id, as [token, id].
    private static int Named(JsonElement part, string key) =>
        TokenizerFolder.Required(part, key) is { ValueKind: JsonValueKind.Array } pair && pair.GetArrayLength() == 2 ? Id(pair[1])
            : throw new JsonException($"'{key}' is {part.GetProperty(key)}; it must be a token and its id.");

    private static int Id(JsonElement id) => id.GetInt32() is >= 0 and <= Vocabulary.LargestId and var known
        ? known
        : throw new JsonException($"{id} is no token id.");
}
