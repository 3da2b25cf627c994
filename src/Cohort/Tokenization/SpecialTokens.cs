using System.Text.Json;

namespace Cohort.Tokenization;

/// <summary>
/// Which tokens end and fill sequences: eos_token and pad_token of tokenizer_config.json where they are named there, else
/// eos_token_id and pad_token_id of config.json. A folder without a padding token pads with the end-of-sequence token.
/// </summary>
internal sealed record SpecialTokens(int EndOfSequence, int Padding)
{
    private const string ModelConfigFile = "config.json";

    /// <summary>Reads a folder's special tokens.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="ids">The tokenizer's ids by token.</param>
    /// <exception cref="TokenizationException">No end of sequence is named, or a name has no token.</exception>
    public static SpecialTokens Read(string folder, IReadOnlyDictionary<string, int> ids)
    {
        var endOfSequence = Find(folder, "eos_token", ids) ?? throw new TokenizationException(
            $"{folder}: no end-of-sequence token is named; add \"eos_token\" to {TokenizerFolder.ConfigFile} "
            + $"or \"eos_token_id\" to {ModelConfigFile}.");
        return new(endOfSequence, Find(folder, "pad_token", ids) ?? endOfSequence);
    }

    private static int? Find(string folder, string key, IReadOnlyDictionary<string, int> ids)
    {
        if (NameOf(folder, key) is { } name)
            return ids.TryGetValue(name, out var id) ? id : throw new TokenizationException(
                $"{folder}: {TokenizerFolder.ConfigFile} names '{name}' as {key}, but {TokenizerFolder.TokenizerFile} has no such token.");
        if (IdOf(folder, key + "_id") is { } known)
            return known >= 0 && known < ids.Count ? known : throw new TokenizationException(
                $"{folder}: {ModelConfigFile} gives {known} as {key}_id, but the tokenizer's ids are 0 to {ids.Count - 1}.");
        return null;
    }

    // A name is a string, or an object with the string as "content", as older libraries wrote it.
    private static string? NameOf(string folder, string key)
    {
        using var config = TokenizerFolder.Parse(folder, TokenizerFolder.ConfigFile);
        if (config is null || !config.RootElement.TryGetProperty(key, out var name) || name.ValueKind == JsonValueKind.Null)
            return null;
        return name.ValueKind == JsonValueKind.Object ? TokenizerFolder.Required(name, "content").GetString() : name.GetString();
    }

    // An id is a number, or an array of which the first is the one that ends a sequence in training.
    private static int? IdOf(string folder, string key)
    {
        using var config = TokenizerFolder.Parse(folder, ModelConfigFile);
        if (config is null || !config.RootElement.TryGetProperty(key, out var id) || id.ValueKind == JsonValueKind.Null)
            return null;
        return id.ValueKind == JsonValueKind.Array ? id.EnumerateArray().First().GetInt32() : id.GetInt32();
    }
}
