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
    /// <exception cref="TokenizationException">A file is damaged, or the template cannot be read.</exception>
    public static ChatTemplate? Find(string folder)
    {
        try
        {
            using var config = TokenizerFolder.Parse(folder, TokenizerFolder.ConfigFile);
            var file = Path.Combine(folder, FileName);
            var inConfig = config is not null && config.RootElement.TryGetProperty(Key, out var entry) ? TextOf(entry) : null;
            var text = File.Exists(file) ? File.ReadAllText(file) : inConfig;
            return text is null ? null : new(text, SpecialTokensOf(config), File.Exists(file) ? file : Path.Combine(folder, TokenizerFolder.ConfigFile));
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
        Render(turns, addGenerationPrompt, variables, new ContentMarks([]));

    /// <summary>Writes the template into a folder.</summary>
    /// <param name="folder">A folder that exists.</param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Save(string folder) => File.WriteAllText(Path.Combine(folder, FileName), _text);

    /// <summary>A conversation as text in which special tokens that messages spell are marked.</summary>
    internal string Render(IReadOnlyList<ChatTurn> turns, bool addGenerationPrompt, JsonObject? variables, ContentMarks marks)
    {
        var all = new JsonObject { ["tools"] = null, ["documents"] = null };
        foreach (var (name, spelling) in SpecialTokens)
            all[name] = spelling;
        foreach (var (name, value) in variables ?? [])
            all[name] = marks.Apply(value);
        all["messages"] = new JsonArray([.. turns.Select(turn => marks.Apply(Message(turn)))]);
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
        JsonValueKind.Array => entry.EnumerateArray().Where(named => named.GetProperty("name").GetString() == "default")
            .Select(named => named.GetProperty("template").GetString()).FirstOrDefault()
            ?? throw new JsonException($"{Key} is a list without one that is named \"default\"."),
        _ => entry.GetString(),
    };

    private static Dictionary<string, string> SpecialTokensOf(JsonDocument? config)
    {
        var tokens = new Dictionary<string, string>();
        if (config is null)
            return tokens;
        foreach (var property in config.RootElement.EnumerateObject().Where(property => property.Name.EndsWith("_token", StringComparison.Ordinal)))
        {
            var named = property.Value.ValueKind == JsonValueKind.Object && property.Value.TryGetProperty("content", out var content)
                ? content : property.Value;
            if (named.ValueKind == JsonValueKind.String)
                tokens[property.Name] = named.GetString() ?? "";
        }

        return tokens;
    }
}
