using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Cohort.Parsing;

namespace Cohort.Training;

/// <summary>Where a JSON Schema is: in a file, or in the run file itself. As JSON it is the file's path, or the schema.</summary>
[JsonConverter(typeof(SchemaSourceConverter))]
public sealed record SchemaSource
{
    private SchemaSource(string path, string json) => (Path, Json) = (path, json);

    /// <summary>No schema.</summary>
    public static SchemaSource None { get; } = new("", "");

    /// <summary>The file; empty where there is none.</summary>
    public string Path { get; }

    /// <summary>The schema as one line of JSON; empty where it is in a file.</summary>
    public string Json { get; }

    /// <summary>A schema in a file.</summary>
    /// <param name="path">A file of at most 64 KiB; in a run file relative to it. Empty for none.</param>
    public static SchemaSource InFile(string path) => path == "" ? None : new(path, "");

    /// <summary>The schema itself.</summary>
    /// <param name="schema">As <see cref="JsonSchema.Read"/> takes it.</param>
    public static SchemaSource Inline(JsonObject schema) => new("", OptionsJson.Line(schema));

    /// <summary>Reads the schema.</summary>
    /// <exception cref="FormatException">The file cannot be read, or the schema is wrong; says which, and what is wrong.</exception>
    internal JsonSchema Read()
    {
        try
        {
            return JsonSchema.Read(Json != "" ? Json : File.ReadAllText(Path));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new FormatException($"it cannot be read: {error.Message} Name a file that is there, or write the schema itself.", error);
        }
    }
}

/// <summary>A schema's place as JSON: a string or an object.</summary>
internal sealed class SchemaSourceConverter : JsonConverter<SchemaSource>
{
    /// <inheritdoc/>
    public override SchemaSource Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonNode.Parse(ref reader) switch
    {
        JsonObject schema => SchemaSource.Inline(schema),
        JsonValue path when path.GetValueKind() == JsonValueKind.String => SchemaSource.InFile(path.GetValue<string>()),
        _ => throw new JsonException("A schema is a path or an object."),
    };

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, SchemaSource value, JsonSerializerOptions options)
    {
        if (value.Json == "")
            writer.WriteStringValue(value.Path);
        else
            JsonNode.Parse(value.Json)?.WriteTo(writer, options);
    }
}
