using System.Text.Json;

namespace Cohort.Data;

/// <summary>How a line of a file is named.</summary>
/// <param name="Default">Its id where it gives none.</param>
/// <param name="Used">The ids of the file so far, to which its own is added.</param>
internal sealed record LineId(string Default, HashSet<string> Used);

/// <summary>The fields of one line; collects what is wrong with them.</summary>
internal sealed class JsonFields(JsonElement line, LineId id)
{
    private readonly List<string> _problems = [];

    /// <summary>What is wrong, one entry for each bad field.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>Whether the line has this field.</summary>
    public bool Has(string name) => line.TryGetProperty(name, out _);

    /// <summary>The field "id", or the file's name with the line's number where there is none.</summary>
    public string Id()
    {
        var name = Has("id") ? TextOrNumber("id") : id.Default;
        if (!id.Used.Add(name))
            _problems.Add(": \"id\" is the id of an earlier line");

        return name;
    }

    /// <summary>A string that is not empty.</summary>
    public string NonEmptyText(string name)
    {
        var text = Field(name, JsonValueKind.String);
        if (text is "")
            _problems.Add($": \"{name}\" is empty");

        return text ?? "";
    }

    /// <summary>A string, or a number exactly as it is written.</summary>
    public string TextOrNumber(string name) => Field(name, JsonValueKind.String, JsonValueKind.Number) ?? "";

    private string? Field(string name, params JsonValueKind[] kinds)
    {
        if (!line.TryGetProperty(name, out var value))
            _problems.Add($": no \"{name}\"");
        else if (!kinds.Contains(value.ValueKind))
            _problems.Add($": \"{name}\" is {Name(value.ValueKind)} instead of {string.Join(" or ", kinds.Select(Name))}");
        else if (value.ValueKind == JsonValueKind.Number)
            return value.GetRawText();
        else
            return Text(name, value);

        return null;
    }

    private static string Name(JsonValueKind kind) => kind.ToString().ToLowerInvariant();

    private string? Text(string name, JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            _problems.Add($": \"{name}\" has half a surrogate pair in its escapes");
            return null;
        }
    }
}
