using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cohort.Tokenization;

/// <summary>
/// A character tokenizer as tokenizer.json: a BPE model whose vocabulary is the characters and the special tokens, with no merges, no
/// normalizer and no pre-tokenizer, so that every character stays a token; the Fuse decoder joins them without spaces.
/// </summary>
internal static class CharacterTokenizerFormat
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Writes tokenizer.json and tokenizer_config.json.</summary>
    public static void Save(CharacterTokenizer tokenizer, string folder)
    {
        File.WriteAllText(Path.Combine(folder, TokenizerFolder.TokenizerFile), TokenizerJson(tokenizer).ToJsonString(Readable) + "\n");
        File.WriteAllText(Path.Combine(folder, TokenizerFolder.ConfigFile), ConfigJson(tokenizer).ToJsonString(Readable) + "\n");
    }

    /// <summary>Whether a tokenizer.json is of this kind.</summary>
    public static bool Describes(JsonElement root)
    {
        var model = TokenizerFolder.Required(root, "model");
        return IsText(model, "type", "BPE") && TokenizerFolder.Required(model, "merges").GetArrayLength() == 0
            && IsAbsent(model, "unk_token") && IsAbsent(model, "continuing_subword_prefix") && IsAbsent(model, "end_of_word_suffix")
            && IsAbsent(root, "normalizer") && IsAbsent(root, "pre_tokenizer") && AddsNothing(root)
            && !IsTrue(model, "byte_fallback") && !IsTrue(model, "ignore_merges")
            && root.TryGetProperty("decoder", out var decoder) && IsText(decoder, "type", "Fuse");
    }

    /// <summary>The tokenizer of a tokenizer.json that <see cref="Describes"/> this kind.</summary>
    /// <exception cref="TokenizationException">Its ids have holes, or a token that is not special has several characters.</exception>
    public static CharacterTokenizer Load(string folder, JsonElement root)
    {
        var added = TokenizerFolder.Required(root, "added_tokens").EnumerateArray().ToArray();
        var ids = TokenizerFolder.Required(root.GetProperty("model"), "vocab").EnumerateObject()
            .ToDictionary(entry => entry.Name, entry => entry.Value.GetInt32());
        foreach (var token in added)
            ids[TokenizerFolder.Required(token, "content").GetString() ?? ""] = TokenizerFolder.Required(token, "id").GetInt32();

        var tokens = ids.OrderBy(entry => entry.Value).Select(entry => entry.Key).ToArray();
        var special = added.Where(token => IsTrue(token, "special")).Select(token => token.GetProperty("id").GetInt32()).ToHashSet();
        for (var id = 0; id < tokens.Length; id++)
        {
            if (ids[tokens[id]] != id)
                throw new TokenizationException($"{folder}: the tokenizer has {tokens.Length} tokens, but none with id {id}; ids must be "
                    + $"0 to {tokens.Length - 1}. Save the tokenizer again with the tool that made it.");
            if (!special.Contains(id) && !Characters.IsOne(tokens[id]))
                throw new TokenizationException($"{folder}: token '{tokens[id]}' (id {id}) of the tokenizer is neither special nor one "
                    + "character; a BPE model without merges and with the decoder Fuse is a character tokenizer, whose tokens are characters.");
        }

        var names = SpecialTokens.Read(folder, name => ids.TryGetValue(name, out var id) ? id : null, ids.Count);
        return new(tokens, names.Padding, names.EndOfSequence, special);
    }

    private static JsonObject TokenizerJson(CharacterTokenizer tokenizer) => new()
    {
        ["version"] = "1.0",
        ["truncation"] = null,
        ["padding"] = null,
        ["added_tokens"] = new JsonArray([.. tokenizer.Special.Order().Select(id => AddedToken(id, tokenizer.Tokens[id]))]),
        ["normalizer"] = null,
        ["pre_tokenizer"] = null,
        ["post_processor"] = null,
        ["decoder"] = new JsonObject { ["type"] = "Fuse" },
        ["model"] = new JsonObject
        {
            ["type"] = "BPE",
            ["dropout"] = null,
            ["unk_token"] = null,
            ["continuing_subword_prefix"] = null,
            ["end_of_word_suffix"] = null,
            ["fuse_unk"] = false,
            ["byte_fallback"] = false,
            ["ignore_merges"] = false,
            ["vocab"] = new JsonObject(tokenizer.Tokens.Select((token, id) => KeyValuePair.Create(token, (JsonNode?)id))),
            ["merges"] = new JsonArray(),
        },
    };

    private static JsonObject AddedToken(int id, string content) => new JsonObject
    {
        ["id"] = id,
        ["content"] = content,
        ["single_word"] = false,
        ["lstrip"] = false,
        ["rstrip"] = false,
        ["normalized"] = false,
        ["special"] = true,
    };

    private static JsonObject ConfigJson(CharacterTokenizer tokenizer) => new()
    {
        ["tokenizer_class"] = "PreTrainedTokenizerFast",
        ["eos_token"] = tokenizer.Tokens[tokenizer.EndOfSequence],
        ["pad_token"] = tokenizer.Tokens[tokenizer.Padding],
        ["clean_up_tokenization_spaces"] = false,
    };

    // transformers 5 saves a template that names no special token where there was no post-processor.
    private static bool AddsNothing(JsonElement root) => IsAbsent(root, "post_processor")
        || (root.GetProperty("post_processor").TryGetProperty("special_tokens", out var special)
            && special.ValueKind == JsonValueKind.Object && !special.EnumerateObject().Any());

    private static bool IsAbsent(JsonElement parent, string key) =>
        !parent.TryGetProperty(key, out var value) || value.ValueKind == JsonValueKind.Null;

    private static bool IsTrue(JsonElement parent, string key) =>
        parent.TryGetProperty(key, out var value) && value.ValueKind == JsonValueKind.True;

    private static bool IsText(JsonElement parent, string key, string text) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(key, out var value) && value.ValueEquals(text);
}
