using System.Text.Json;

namespace Cohort.Tokenization;

/// <summary>Reads the "model" of tokenizer.json, of type BPE.</summary>
internal static class BytePairJson
{
    /// <summary>The vocabulary and the model.</summary>
    /// <exception cref="TokenizationException">It is not supported.</exception>
    /// <exception cref="JsonException">It contradicts itself.</exception>
    public static (Vocabulary Vocabulary, BytePairModel Model) Read(JsonElement model)
    {
        // Files from before version 0.10 do not say what their model is; only a BPE model has merges.
        var type = TokenizerJson.Part(model, "type") is null && model.TryGetProperty("merges", out _) ? "BPE" : TokenizerJson.TypeOf(model);
        if (type != "BPE")
            throw TokenizerJson.Unsupported("model", type);
        if (TokenizerJson.Part(model, "dropout") is { } dropout && dropout.GetDouble() != 0)
            throw TokenizerJson.Unsupported("model BPE", $"with dropout {dropout}, which encodes at random,");

        var vocabulary = new Vocabulary(Ids(TokenizerFolder.Required(model, "vocab")));
        var prefix = Optional(model, "continuing_subword_prefix");
        var merges = TokenizerFolder.Required(model, "merges");
        var pairs = new BytePairMerges(merges.GetArrayLength());
        var joints = new HashSet<(char, char)>();
        var rank = 0;
        foreach (var merge in merges.EnumerateArray())
            if (PairOf(merge) is var (left, right))
                Add(left, right);

        return (vocabulary, new(vocabulary, pairs, new()
        {
            Joints = joints,
            ContinuingPrefix = prefix,
            EndSuffix = Optional(model, "end_of_word_suffix"),
            Unknown = TokenizerJson.Part(model, "unk_token") is { } unknown
                ? vocabulary.IdOf(unknown.GetString()) ?? BytePairRules.NoSuchToken
                : null,
            FusesUnknown = TokenizerJson.Part(model, "fuse_unk")?.GetBoolean() ?? false,
            FallsBackToBytes = TokenizerJson.Part(model, "byte_fallback")?.GetBoolean() ?? false,
            WholeWordsFirst = TokenizerJson.Part(model, "ignore_merges")?.GetBoolean() ?? false,
        }));

        void Add(string left, string right)
        {
            if (left.Length == 0 || right.Length <= prefix.Length)
                throw new JsonException($"the merge of '{left}' and '{right}' joins nothing.");
            pairs.Add(IdOf(left), IdOf(right), rank++, IdOf(left + right[prefix.Length..]));
            joints.Add((left[^1], right[0]));
        }

        int IdOf(string token) => vocabulary.IdOf(token) ?? throw new JsonException($"'{token}' is in a merge, but not in the vocabulary.");
    }

    private static Dictionary<string, int> Ids(JsonElement vocabulary)
    {
        var ids = new Dictionary<string, int>(vocabulary.GetPropertyCount());
        foreach (var token in vocabulary.EnumerateObject())
            ids[token.Name] = token.Value.GetInt32() is >= 0 and <= Vocabulary.LargestId and var id
                ? id
                : throw new JsonException($"token '{token.Name}' has the id {token.Value}; ids are 0 to {Vocabulary.LargestId}.");
        return ids;
    }

    // ["a", "b"] or, in older files, "a b"; the line of a merges.txt that says its version is no pair.
    private static (string Left, string Right)? PairOf(JsonElement merge)
    {
        if (merge.ValueKind == JsonValueKind.Array)
            return merge.GetArrayLength() == 2 && merge[0].GetString() is { } left && merge[1].GetString() is { } right
                ? (left, right)
                : throw new JsonException($"{merge} is not a pair of tokens.");
        var text = merge.GetString() ?? throw new JsonException("a merge is null.");
        if (text.StartsWith("#version", StringComparison.Ordinal))
            return null;
        return text.IndexOf(' ') is >= 0 and var space && text.IndexOf(' ', space + 1) < 0
            ? (text[..space], text[(space + 1)..])
            : throw new JsonException($"the merge '{text}' is not two tokens with a space between them.");
    }

    private static string Optional(JsonElement model, string key) => TokenizerJson.Part(model, key)?.GetString() ?? "";
}
