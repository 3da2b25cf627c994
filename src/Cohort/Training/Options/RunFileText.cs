using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cohort.Training;

/// <summary>The text of a run file, before its keys mean anything.</summary>
internal static class RunFileText
{
    private static readonly JsonDocumentOptions Syntax =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, AllowDuplicateProperties = false };

    /// <summary>What stands first in a message about a run file, or about a command line where there is none.</summary>
    public static string Source(string path) => path == "" ? "The command line" : path;

    /// <summary>What relative paths in a run file are relative to.</summary>
    public static string Folder(string path) =>
        path == "" ? Directory.GetCurrentDirectory() : Path.GetDirectoryName(Path.GetFullPath(path)) ?? Directory.GetCurrentDirectory();

    /// <summary>The content of a run file; an empty object where there is no file.</summary>
    /// <exception cref="OptionsException">The file cannot be read.</exception>
    public static string Read(string path)
    {
        if (path == "")
            return "{}";

        if (!File.Exists(path))
            throw new OptionsException(path, [Directory.Exists(path)
                ? "this is a folder; name the run file, such as the options.json of a run."
                : $"there is no such file in {Folder(path)}; name a JSON file with options, or none and use --set."]);

        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new OptionsException(path, [$"the run file cannot be read: {error.Message}"]);
        }
    }

    /// <summary>The JSON object of a run file.</summary>
    /// <exception cref="OptionsException">It is not JSON, or not an object.</exception>
    public static JsonObject Parse(string json, string path)
    {
        try
        {
            var node = Node(json);
            return node as JsonObject ?? throw new OptionsException(Source(path),
                [$"a run file is an object with keys, as in {{ ... }}; this one is {OptionsJson.Short(node)}."]);
        }
        catch (JsonException error)
        {
            var reason = error.Message.Split(" LineNumber:")[0];
            throw new OptionsException(Source(path),
                [$"{Position(error, json)}{reason} A run file is JSON without repeated keys; comments and commas at the end are allowed."]);
        }
    }

    /// <summary>JSON, comments and a comma after a last element allowed, all of whose strings are whole.</summary>
    /// <exception cref="JsonException">It is not JSON, a key stands twice, or a string has half a surrogate pair.</exception>
    public static JsonNode? Node(string json)
    {
        var node = JsonNode.Parse(Encoding.UTF8.GetBytes(json), documentOptions: Syntax);
        try
        {
            ReadStrings(node);
            return node;
        }
        catch (InvalidOperationException error)
        {
            throw new JsonException(error.Message, error);
        }
    }

    private static void ReadStrings(JsonNode? node)
    {
        if (node is JsonObject section)
            foreach (var (_, value) in section)
                ReadStrings(value);
        else if (node is JsonArray list)
            foreach (var value in list)
                ReadStrings(value);
        else if (node?.GetValueKind() == JsonValueKind.String)
            _ = node.GetValue<string>();
    }

    // System.Text.Json counts lines from 0, and bytes instead of characters.
    private static string Position(JsonException error, string json)
    {
        if (error.LineNumber is not { } line)
            return "";

        var text = Encoding.UTF8.GetBytes(json.Split('\n').ElementAtOrDefault((int)line) ?? "");
        var column = Encoding.UTF8.GetCharCount(text.AsSpan(0, (int)Math.Min(text.Length, error.BytePositionInLine ?? 0)));
        return $"line {line + 1}, column {column + 1}: ";
    }
}
