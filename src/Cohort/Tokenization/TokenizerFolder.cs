using System.Text.Json;

namespace Cohort.Tokenization;

/// <summary>Reads the tokenizer of a model folder, as Hugging Face's libraries write it.</summary>
public static class TokenizerFolder
{
    internal const string TokenizerFile = "tokenizer.json";
    internal const string ConfigFile = "tokenizer_config.json";

    private static readonly string[] OtherFormats = ["tokenizer.model", "spiece.model", "vocab.json", "vocab.txt", "merges.txt"];

    /// <summary>Loads the tokenizer of tokenizer.json, with the special tokens of tokenizer_config.json or config.json.</summary>
    /// <param name="folder">A model folder.</param>
    /// <exception cref="TokenizationException">There is no tokenizer.json, or it is damaged or of an unsupported kind.</exception>
    public static Tokenizer Load(string folder)
    {
        try
        {
            using var document = Parse(folder, TokenizerFile) ?? throw new TokenizationException(Missing(folder));
            return CharacterTokenizerFormat.Describes(document.RootElement)
                ? CharacterTokenizerFormat.Load(folder, document.RootElement)
                : throw new TokenizationException(Unsupported(folder, document.RootElement));
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException or FormatException)
        {
            // The last two are what JsonElement throws where a value is of another kind than the format says.
            throw new TokenizationException($"{folder}: its tokenizer files are damaged. {cause.Message} Save the tokenizer again with the "
                + "tool that made it.", cause);
        }
    }

    /// <summary>The JSON object of a file of the folder, or null where there is no such file.</summary>
    internal static JsonDocument? Parse(string folder, string file)
    {
        var path = Path.Combine(folder, file);
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonDocument.Parse(File.ReadAllBytes(path), new() { AllowDuplicateProperties = false });
        }
        catch (JsonException cause)
        {
            throw new JsonException($"{file} is not JSON: {cause.Message}", cause);
        }
    }

    /// <summary>A property that must be there.</summary>
    internal static JsonElement Required(JsonElement parent, string key) =>
        parent.TryGetProperty(key, out var value) ? value : throw new JsonException($"'{key}' is missing.");

    private static string Missing(string folder)
    {
        if (!Directory.Exists(folder))
            return $"There is no folder {folder}; name a model folder with a {TokenizerFile}.";
        var others = OtherFormats.Where(file => File.Exists(Path.Combine(folder, file))).ToArray();
        return others.Length == 0
            ? $"{folder} has no {TokenizerFile}; a model folder needs one. Copy it from the model's source."
            : $"{folder} has no {TokenizerFile}, only {string.Join(" and ", others)}. Make it with Hugging Face's transformers: "
                + "AutoTokenizer.from_pretrained(folder).save_pretrained(folder).";
    }

    private static string Unsupported(string folder, JsonElement root)
    {
        var model = Required(root, "model");
        var merges = model.TryGetProperty("merges", out var list) ? $" with {list.GetArrayLength()} merges" : "";
        return $"{folder}: {TokenizerFile} holds a {TypeOf(model)} model{merges}, normalizer {TypeOf(root, "normalizer")}, pre-tokenizer "
            + $"{TypeOf(root, "pre_tokenizer")}, decoder {TypeOf(root, "decoder")}. Supported now are "
            + $"{CharacterTokenizerFormat.Description}. Use a folder whose tokenizer is one, such as a folder made by `cohort sft`.";
    }

    private static string TypeOf(JsonElement parent, string key) => parent.TryGetProperty(key, out var part) ? TypeOf(part) : "none";

    private static string TypeOf(JsonElement part) =>
        part.ValueKind == JsonValueKind.Object && part.TryGetProperty("type", out var type) ? type.ToString() : "none";
}
