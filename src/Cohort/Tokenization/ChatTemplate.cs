using System.Text.Json;
using System.Text.Json.Nodes;
using Cohort.Tokenization.Jinja;

namespace Cohort.Tokenization;

/// <summary>
/// How a model's folder writes a conversation as text: the Jinja template of chat_template.jinja or tokenizer_config.json, rendered as Hugging Face's
/// transformers renders it. A template reads no file and no network, and is bounded in steps, depth and output. Thread-safe.
/// </summary>
public sealed class ChatTemplate
{
    /// <summary>The file that holds a template alone.</summary>
    public const string FileName = "chat_template.jinja";

    private const string Key = "chat_template";

    private readonly string _source;
    private readonly string _text;
    private readonly JinjaTemplate _template;
    private readonly TimeProvider _time;

    /// <summary>Reads a template.</summary>
    /// <param name="text">The Jinja text.</param>
    /// <param name="specialTokens">Variables for the template, such as "bos_token" and "eos_token", with the tokens' spellings.</param>
    /// <param name="source">Where the text comes from, for messages.</param>
    /// <param name="time">The clock of strftime_now; the system's where none is given.</param>
    /// <exception cref="TokenizationException">The text is no Jinja, or uses what is not supported; the message names it and the line.</exception>
    public ChatTemplate(string text, IReadOnlyDictionary<string, string> specialTokens, string source = "the chat template", TimeProvider? time = null)
    {
        (_source, _text, SpecialTokens, _time) = (source, text, specialTokens, time ?? TimeProvider.System);
        try
        {
            _template = new JinjaTemplate(text);
        }
        catch (JinjaException error)
        {
            throw new TokenizationException($"{source}, line {error.Line}: {error.Message}.", error);
        }
    }

    /// <summary>The variables that hold special tokens' spellings, by name.</summary>
    public IReadOnlyDictionary<string, string> SpecialTokens { get; }

    /// <summary>The template of a model folder, or null where the folder has none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="time">The clock of strftime_now; the system's where none is given.</param>
    /// <exception cref="TokenizationException">A file is damaged, or the template cannot be read.</exception>
    public static ChatTemplate? Find(string folder, TimeProvider? time = null)
    {
        try
        {
            using var config = TokenizerFolder.Parse(folder, TokenizerFolder.ConfigFile);
            using var map = TokenizerFolder.Parse(folder, Tokenization.SpecialTokens.MapFile);
            var file = Path.Combine(folder, FileName);
            var inConfig = config is not null && config.RootElement.TryGetProperty(Key, out var entry) ? TextOf(entry) : null;
            var text = File.Exists(file) ? Read(file) : inConfig;
            var source = File.Exists(file) ? file : Path.Combine(folder, TokenizerFolder.ConfigFile);
            return text is null ? null : new(text, SpecialTokensOf(config, map), source, time);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            throw new TokenizationException($"{folder}: the chat template cannot be read. {error.Message}", error);
        }
    }

    /// <summary>A conversation as text.</summary>
    /// <param name="turns">The messages.</param>
    /// <param name="addGenerationPrompt">Whether the text ends with what an assistant's message begins with, for the model to go on from.</param>
    /// <param name="variables">Further variables, such as "tools" or "enable_thinking".</param>
    /// <exception cref="TokenizationException">The template refuses the conversation, or takes more than it may.</exception>
    public string Render(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt, JsonObject? variables = null) =>
        Render(turns, addGenerationPrompt, variables, new ContentMarks([]).Apply);

    /// <summary>Writes the template into a folder.</summary>
    /// <param name="folder">A folder that exists.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string folder) => File.WriteAllText(Path.Combine(folder, FileName), _text);

    /// <summary>A conversation as text, where every text of messages and variables is changed first.</summary>
    internal string Render(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt, JsonObject? variables, Func<string, string> mark)
    {
        var all = new JsonObject { ["tools"] = null, ["documents"] = null };
        foreach (var (name, spelling) in SpecialTokens)
            all[name] = spelling;
        foreach (var (name, value) in variables ?? [])
            all[name] = ContentMarks.Apply(value, mark);
        all["messages"] = new JsonArray([.. turns.Select(turn => ContentMarks.Apply(Message(turn), mark))]);
        all["add_generation_prompt"] = addGenerationPrompt;
        try
        {
            return _template.Render(all, _time);
        }
        catch (JinjaException error)
        {
            throw new TokenizationException(
                error.IsRaisedByTemplate ? $"{_source} refuses the conversation: {error.Message}"
                    : $"{_source}, line {error.Line}: {error.Message}.",
                error);
        }
    }

    private static string Read(string file) => new FileInfo(file).Length <= 4 * JinjaTemplate.Longest ? File.ReadAllText(file)
        : throw new TokenizationException($"{file} has {new FileInfo(file).Length} bytes; templates have at most {JinjaTemplate.Longest} characters.");

    private static JsonObject Message(ChatTurn turn)
    {
        var message = new JsonObject { ["role"] = turn.Role, ["content"] = turn.Content };
        foreach (var (name, value) in turn.Fields)
            message[name] = JsonNode.Parse(value.GetRawText());
        return message;
    }

    // A text, or a list of named ones of which the default counts.
    private static string? TextOf(JsonElement entry) => entry.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.Array => entry.EnumerateArray().Where(named => TokenizerFolder.Required(named, "name").GetString() == "default")
            .Select(named => TokenizerFolder.Required(named, "template").GetString()).FirstOrDefault()
            ?? throw new JsonException($"{Key} is a list without one that is named \"default\"."),
        _ => entry.GetString(),
    };

    // Of the two files that name them the first counts, as where the end of sequence is read.
    private static Dictionary<string, string> SpecialTokensOf(params JsonDocument?[] files)
    {
        var tokens = new Dictionary<string, string>();
        foreach (var property in files.OfType<JsonDocument>().SelectMany(file => file.RootElement.EnumerateObject())
            .Where(property => property.Name.EndsWith("_token", StringComparison.Ordinal)))
        {
            var named = property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty("content", out var content)
                ? content : property.Value;
            if (named.ValueKind == JsonValueKind.String)
                tokens.TryAdd(property.Name, named.GetString() ?? "");
        }

        return tokens;
    }
}
