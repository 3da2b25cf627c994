using System.Globalization;
using System.Text.Json;
using Cohort.Tokenization;

namespace Cohort.Data;

/// <summary>How a line of a file is named.</summary>
/// <param name="Default">Its id where it gives none.</param>
/// <param name="Used">The hashes of the ids of the file's good lines so far, to which <see cref="JsonFields.KeepId"/> adds its own.</param>
internal sealed record LineId(string Default, HashSet<ulong> Used);

/// <summary>The fields of one line; collects what is wrong with them.</summary>
internal sealed class JsonFields
{
    private const int LongestQuote = 40;

    private readonly LineId _id;
    private readonly FieldNames _names;
    private readonly Dictionary<string, JsonElement> _fields = [];
    private readonly List<string> _problems = [];
    private readonly HashSet<string> _read = [];
    private ulong _idHash;

    /// <summary>Takes the fields of a line, and notes names that are there twice or are no text.</summary>
    /// <param name="line">An object, which must live as long as this.</param>
    /// <param name="id">How the line is named.</param>
    /// <param name="names">Which fields are read as what.</param>
    public JsonFields(JsonElement line, LineId id, FieldNames names)
    {
        (_id, _names) = (id, names);
        foreach (var field in line.EnumerateObject())
        {
            if (NameOf("the line", field) is { } name && !_fields.TryAdd(name, field.Value))
                _problems.Add($": has the field \"{Shown(name)}\" twice");
        }
    }

    /// <summary>What is wrong, one entry for each bad field.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The name of the prompt's field.</summary>
    public string Prompt => Named(_names.Prompt, "prompt", "question");

    /// <summary>The name of the answer's field.</summary>
    public string Answer => Named(_names.Answer, "answer", "solution");

    /// <summary>The name of the completion's field; the answer's where the line has only that.</summary>
    public string Completion => Named(_names.Completion, "completion", Answer);

    /// <summary>The name of the preferred completion's field.</summary>
    public string Chosen => Named(_names.Chosen, "chosen");

    /// <summary>The name of the other completion's field.</summary>
    public string Rejected => Named(_names.Rejected, "rejected");

    /// <summary>The name of the margin's field.</summary>
    public string Margin => Named(_names.Margin, "margin");

    /// <summary>Whether the line has an answer, or must have it.</summary>
    public bool HasAnswer => _names.Answer != "" || Has(Answer);

    /// <summary>Whether the line has a margin, or must have it.</summary>
    public bool HasMargin => _names.Margin != "" || Has(Margin);

    /// <summary>Whether the line has this field.</summary>
    public bool Has(string name) => _fields.ContainsKey(name);

    /// <summary>The field "id" or what takes its place, or the file's name with the line's number where there is none.</summary>
    public string Id()
    {
        var field = Named(_names.Id, "id");
        var name = _names.Id != "" || Has(field) ? TextOrNumber(field) : _id.Default;
        _idHash = Splits.Hash(name);
        if (_id.Used.Contains(_idHash))
            _problems.Add($": \"{field}\" is the id of an earlier line");
        return name;
    }

    /// <summary>Keeps the id of <see cref="Id"/> from other lines: for a line that is good, as only such a line is used.</summary>
    public void KeepId() => _id.Used.Add(_idHash);

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

    /// <summary>A number from 0 to 1e6, which a float holds and no score exceeds; also as a text, since some formats have only texts.</summary>
    public double MarginOf(string name)
    {
        var text = Field(name, JsonValueKind.Number, JsonValueKind.String);
        if (text is null)
            return 0;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 1e6)
            return number;

        _problems.Add($": \"{name}\" is {Shown(text)} instead of a number from 0 to 1e6");
        return 0;
    }

    /// <summary>Whether the line has this field as a list.</summary>
    public bool IsList(string name) => _fields.TryGetValue(name, out var value) && value.ValueKind == JsonValueKind.Array;

    /// <summary>Notes what is wrong with the line.</summary>
    public void Refuse(string problem) => _problems.Add(problem);

    /// <summary>The fields that were not read until now.</summary>
    public IReadOnlyDictionary<string, JsonElement> Others()
    {
        var others = _fields.Where(field => !_read.Contains(field.Key) && IsSound(field.Key, field.Value));
        var clones = others.ToDictionary(field => field.Key, field => field.Value.Clone());
        return clones.Count == 0 ? Problem.NoFields : clones;
    }

    /// <summary>A list of messages, at least one: each an object with a "role", a "content" and what else the chat template may read.</summary>
    public IReadOnlyList<ChatTurn> Turns(string name)
    {
        _read.Add(name);
        var messages = _fields[name];
        if (messages.GetArrayLength() == 0)
            _problems.Add($": \"{name}\" has no messages");
        return [.. messages.EnumerateArray().Select((message, index) => Turn($"{name}[{index}]", message))];
    }

    private ChatTurn Turn(string place, JsonElement message)
    {
        if (message.ValueKind != JsonValueKind.Object)
        {
            _problems.Add($": \"{place}\" is {Name(message.ValueKind)} instead of object");
            return new ChatTurn("", "");
        }

        if (!IsSound(place, message))
            return new ChatTurn("", "");
        var role = message.TryGetProperty("role", out var speaker) && speaker.ValueKind == JsonValueKind.String ? Text(place, speaker) : null;
        if (string.IsNullOrEmpty(role))
            _problems.Add($": \"{place}\" has no \"role\" that is a string");
        var others = message.EnumerateObject().Where(field => field.Name != "role").ToDictionary(field => field.Name, field => field.Value.Clone());
        if (!others.TryGetValue("content", out var content))
        {
            if (!others.ContainsKey("tool_calls"))
                _problems.Add($": \"{place}\" has no \"content\"");
        }
        else if (content.ValueKind == JsonValueKind.String)
        {
            others.Remove("content");
        }
        else if (content.ValueKind is not (JsonValueKind.Null or JsonValueKind.Array))
        {
            _problems.Add($": the \"content\" of \"{place}\" is {Name(content.ValueKind)} instead of string");
        }

        return new ChatTurn(role ?? "", Said(place, content)) { Fields = others };
    }

    // Whether no object in it has a name twice, and no name or text has half a surrogate pair; what has either is noted.
    private bool IsSound(string place, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                return Text(place, value) is not null;
            case JsonValueKind.Array:
                return value.EnumerateArray().Index().All(item => IsSound($"{place}[{item.Index}]", item.Item));
            case JsonValueKind.Object:
                var names = new HashSet<string>();
                foreach (var field in value.EnumerateObject())
                {
                    if (NameOf(place, field) is not { } name)
                        return false;
                    if (!names.Add(name))
                    {
                        _problems.Add($": \"{place}\" has the field \"{Shown(name)}\" twice");
                        return false;
                    }

                    if (!IsSound($"{place}.{name}", field.Value))
                        return false;
                }

                return true;
            default:
                return true;
        }
    }

    private string? NameOf(string place, JsonProperty field)
    {
        try
        {
            return field.Name;
        }
        catch (InvalidOperationException)
        {
            _problems.Add($": a field's name in \"{place}\" has half a surrogate pair in its escapes");
            return null;
        }
    }

    // A text, or the texts of a list of parts.
    private string Said(string place, JsonElement content) => content.ValueKind switch
    {
        JsonValueKind.String => Text(place, content) ?? "",
        JsonValueKind.Array => string.Concat(content.EnumerateArray()
            .Where(part => part.ValueKind == JsonValueKind.Object && part.TryGetProperty("text", out var text) && text.ValueKind == JsonValueKind.String)
            .Select(part => Text(place, part.GetProperty("text")))),
        _ => "",
    };

    private string Named(string given, params string[] usual) => given != "" ? given : usual.FirstOrDefault(Has) ?? usual[0];

    private string? Field(string name, params JsonValueKind[] kinds)
    {
        _read.Add(name);
        if (!_fields.TryGetValue(name, out var value))
            _problems.Add($": no \"{name}\"");
        else if (!kinds.Contains(value.ValueKind))
            _problems.Add($": \"{name}\" is {Name(value.ValueKind)} instead of {string.Join(" or ", kinds.Select(Name))}");
        else if (value.ValueKind == JsonValueKind.Number)
            return value.GetRawText();
        else
            return Text(name, value);

        return null;
    }

    private static string Shown(string text) => text.Length <= LongestQuote ? text : text[..(LongestQuote - 1)] + "…";

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
