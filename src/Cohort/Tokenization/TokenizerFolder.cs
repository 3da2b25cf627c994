using System.Text.Json;

namespace Cohort.Tokenization;

/// <summary>Reads the tokenizer of a model folder, as Hugging Face's libraries write it.</summary>
public static class TokenizerFolder
{
    internal const string TokenizerFile = "tokenizer.json";
    internal const string ConfigFile = "tokenizer_config.json";

    private static readonly string[] SavedFiles = [TokenizerFile, ConfigFile, SpecialTokens.MapFile, "chat_template.jinja"];

    private static readonly string[] OtherFormats = ["tokenizer.model", "spiece.model", "vocab.json", "vocab.txt", "merges.txt"];

    /// <summary>
    /// Loads the tokenizer of tokenizer.json: byte-level BPE (GPT-2, Llama 3, Qwen), SentencePiece-style BPE (Llama 2, Mistral, Gemma) or a character
    /// tokenizer, with the special tokens that the folder names.
    /// </summary>
    /// <param name="folder">A model folder.</param>
    /// <exception cref="TokenizationException">There is no tokenizer.json, or it is damaged or has something unsupported, which is named.</exception>
    public static Tokenizer Load(string folder) => Read(folder, root =>
    {
        if (CharacterTokenizerFormat.Describes(root))
            return CharacterTokenizerFormat.Load(folder, root);
        var pipeline = TokenizerJson.Read(root);
        return (Tokenizer)new PipelineTokenizer(pipeline, SpecialTokens.Read(folder, pipeline.IdOf, pipeline.Size), Files(folder));
    });

    /// <summary>The stages of a folder's tokenizer.json, without what other files say.</summary>
    /// <exception cref="TokenizationException">There is no tokenizer.json, or it is damaged or has something unsupported, which is named.</exception>
    internal static TokenizerPipeline LoadPipeline(string folder) => Read(folder, TokenizerJson.Read);

    private static T Read<T>(string folder, Func<JsonElement, T> read)
    {
        try
        {
            using var document = Parse(folder, TokenizerFile) ?? throw new TokenizationException(Missing(folder));
            return read(document.RootElement);
        }
        catch (Exception cause) when (cause is JsonException or InvalidOperationException or FormatException)
        {
            // The last two are what JsonElement throws where a value is of another kind than the format says.
            throw new TokenizationException($"{folder}: its tokenizer files are damaged. {cause.Message} Save the tokenizer again with the "
                + "tool that made it.", cause);
        }
        catch (TokenizationException cause) when (!cause.Message.Contains(folder, StringComparison.Ordinal))
        {
            throw new TokenizationException($"{folder}: {TokenizerFile}: {cause.Message}. Supported are BPE models with the parts that GPT-2, Llama, "
                + "Mistral, Qwen and Gemma have; convert the tokenizer, or take another model.", cause);
        }
    }

    private static Dictionary<string, byte[]> Files(string folder) => SavedFiles.Select(name => (Name: name, Path: Path.Combine(folder, name)))
        .Where(file => File.Exists(file.Path)).ToDictionary(file => file.Name, file => File.ReadAllBytes(file.Path));

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
}
