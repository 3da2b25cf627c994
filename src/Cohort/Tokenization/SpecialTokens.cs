using System.Text.Json;

namespace Cohort.Tokenization;

/// <summary>
/// Which tokens end and fill sequences: eos_token and pad_token of tokenizer_config.json or special_tokens_map.json where they are named there, else
/// eos_token_id and pad_token_id of config.json or generation_config.json. A folder without a padding token pads with the end-of-sequence token.
/// </summary>
internal sealed record SpecialTokens(int EndOfSequence, int Padding)
{
    /// <summary>Names special tokens in older folders.</summary>
    public const string MapFile = "special_tokens_map.json";

    private const string ModelConfigFile = "config.json";

    private static readonly string[] NamingFiles = [TokenizerFolder.ConfigFile, MapFile];
    private static readonly string[] NumberingFiles = [ModelConfigFile, "generation_config.json"];

    /// <summary>Reads a folder's special tokens.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="idOf">The tokenizer's id of a token.</param>
    /// <param name="size">The tokenizer's ids are below this.</param>
    /// <exception cref="TokenizationException">No end of sequence is named, or a name has no token.</exception>
    public static SpecialTokens Read(string folder, Func<string, int?> idOf, int size)
    {
        var endOfSequence = Find(folder, "eos_token", idOf, size) ?? throw new TokenizationException(
            $"{folder}: no end-of-sequence token is named; add \"eos_token\" to {TokenizerFolder.ConfigFile} "
            + $"or \"eos_token_id\" to {ModelConfigFile}.");
        return new(endOfSequence, Find(folder, "pad_token", idOf, size) ?? endOfSequence);
    }

    private static int? Find(string folder, string key, Func<string, int?> idOf, int size)
    {
        foreach (var file in NamingFiles)
            if (NameOf(folder, file, key) is { } name)
                return idOf(name) ?? throw new TokenizationException(
                    $"{folder}: {file} names '{name}' as {key}, but {TokenizerFolder.TokenizerFile} has no such token.");
        foreach (var file in NumberingFiles)
            if (IdOf(folder, file, key + "_id") is { } known)
                return known < size ? known : throw new TokenizationException(
                    $"{folder}: {file} gives {known} as {key}_id, but the tokenizer's ids are 0 to {size - 1}.");
        return null;
    }

    // A name is a string, or an object with the string as "content", as older libraries wrote it.
    private static string? NameOf(string folder, string file, string key)
    {
        using var config = TokenizerFolder.Parse(folder, file);
        if (config is null || !config.RootElement.TryGetProperty(key, out var name) || name.ValueKind == JsonValueKind.Null)
            return null;
        return name.ValueKind == JsonValueKind.Object ? TokenizerFolder.Required(name, "content").GetString() : name.GetString();
    }

    // An id is a number, or an array of which the first is the one that ends a sequence in training. Old folders write -1 for none.
    private static int? IdOf(string folder, string file, string key)
    {
        using var config = TokenizerFolder.Parse(folder, file);
        if (config is null || !config.RootElement.TryGetProperty(key, out var id) || id.ValueKind == JsonValueKind.Null)
            return null;
        var known = id.ValueKind == JsonValueKind.Array ? id.EnumerateArray().First().GetInt32() : id.GetInt32();
        return known < 0 ? null : known;
    }
}
