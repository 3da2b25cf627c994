using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cohort.Parsing;

/// <summary>From the JSON of a schema to what judges values; each schema within it is read once, by its place, so that references may be recursive.</summary>
/// <param name="root">The whole schema.</param>
internal sealed class JsonSchemaReader(JsonElement root)
{
    private const string Root = "#";
    private static readonly SchemaNode Anything = new();
    private static readonly Dictionary<string, SchemaType> Types = Enum.GetValues<SchemaType>().ToDictionary(type => type.ToString().ToLowerInvariant());
    private readonly Dictionary<string, SchemaNode> _nodes = [];

    /// <summary>Reads the whole schema.</summary>
    /// <exception cref="FormatException">Something in it is wrong or not checked here; begins with where that is.</exception>
    public SchemaNode Read()
    {
        var node = Node(Root, root);
        var (open, closed) = (new HashSet<SchemaNode>(), new HashSet<SchemaNode>());
        foreach (var (place, each) in _nodes)
        {
            if (IsCircular(each))
                throw Bad(place, "asks itself about the same value again, without end; let each turn go into a property or an item");
        }

        return node;

        bool IsCircular(SchemaNode each)
        {
            if (closed.Contains(each))
                return false;
            if (!open.Add(each) || each.OfSameValue.Exists(IsCircular))
                return true;

            closed.Add(each);
            return false;
        }
    }

    private SchemaNode Node(string place, JsonElement schema)
    {
        if (_nodes.TryGetValue(place, out var known))
            return known;

        var node = _nodes[place] = new SchemaNode();
        if (schema.ValueKind == JsonValueKind.False)
            node.Rules.Add((_, _) => false);
        else if (schema.ValueKind == JsonValueKind.Object)
            Fill(node, place, schema);
        else if (schema.ValueKind != JsonValueKind.True)
            throw Bad(place, $"is {Short(schema)}; a schema is an object, true or false");
        return node;
    }

    private void Fill(SchemaNode node, string place, JsonElement schema)
    {
        foreach (var keyword in schema.EnumerateObject())
        {
            var at = $"{place}/{Escape(keyword.Name)}";
            if (SimpleRule(keyword.Name, at, keyword.Value) is { } rule)
                node.Rules.Add(rule);
            else if (!TryCombine(node, keyword.Name, at, keyword.Value) && !IsSkipped(keyword.Name, place))
                throw Unknown(place, keyword.Name);
        }

        if (schema.TryGetProperty("properties", out var properties) | schema.TryGetProperty("required", out var required)
            | schema.TryGetProperty("additionalProperties", out var others))
        {
            node.Rules.Add(SchemaRules.Properties(
                Named($"{place}/properties", properties), Optional($"{place}/additionalProperties", others), Texts($"{place}/required", required)));
        }

        if (schema.TryGetProperty("prefixItems", out var first) | schema.TryGetProperty("items", out var items))
        {
            node.Rules.Add(SchemaRules.Items(
                first.ValueKind == JsonValueKind.Undefined ? [] : Several($"{place}/prefixItems", first), Optional($"{place}/items", items)));
        }
    }

    private static SchemaRule? SimpleRule(string keyword, string at, JsonElement value) => keyword switch
    {
        "type" => SchemaRules.AnyType([.. (value.ValueKind == JsonValueKind.Array ? List(at, value) : [value]).Select(name => TypeOf(at, name))]),
        "enum" => SchemaRules.OneValueOf(List(at, value)),
        "const" => SchemaRules.OneValueOf([value]),
        "minimum" when Number(at, value) is var least => SchemaRules.Number(number => number.CompareTo(least) >= 0),
        "maximum" when Number(at, value) is var most => SchemaRules.Number(number => number.CompareTo(most) <= 0),
        "exclusiveMinimum" when Number(at, value) is var least => SchemaRules.Number(number => number.CompareTo(least) > 0),
        "exclusiveMaximum" when Number(at, value) is var most => SchemaRules.Number(number => number.CompareTo(most) < 0),
        "multipleOf" when Number(at, value) is var unit => unit.IsPositive ? SchemaRules.Number(number => number.IsMultipleOf(unit))
            : throw Bad(at, $"is {Short(value)}; it must be above 0"),
        "minLength" when Count(at, value) is var least => SchemaRules.Length(length => length >= least),
        "maxLength" when Count(at, value) is var most => SchemaRules.Length(length => length <= most),
        "minItems" when Count(at, value) is var least => SchemaRules.ItemCount(count => count >= least),
        "maxItems" when Count(at, value) is var most => SchemaRules.ItemCount(count => count <= most),
        "minProperties" when Count(at, value) is var least => SchemaRules.PropertyCount(count => count >= least),
        "maxProperties" when Count(at, value) is var most => SchemaRules.PropertyCount(count => count <= most),
        "uniqueItems" when Flag(at, value) => SchemaRules.Unique(),
        "pattern" => SchemaRules.Matches(Pattern(at, value)),
        _ => null,
    };

    private bool TryCombine(SchemaNode node, string keyword, string at, JsonElement value)
    {
        switch (keyword)
        {
            case "allOf":
                node.Rules.Add(SchemaRules.All(OfSameValue(node, Several(at, value))));
                return true;
            case "anyOf":
                node.Rules.Add(SchemaRules.Any(OfSameValue(node, Several(at, value))));
                return true;
            case "oneOf":
                node.Rules.Add(SchemaRules.One(OfSameValue(node, Several(at, value))));
                return true;
            case "not":
                node.Rules.Add(SchemaRules.Not(OfSameValue(node, [Node(at, value)])[0]));
                return true;
            case "$ref":
                node.Rules.Add(SchemaRules.All(OfSameValue(node, [Target(at, value)])));
                return true;
            case "$defs" or "definitions":
                Named(at, value);
                return true;
            default:
                return false;
        }
    }

    // Annotations, what a rule of Fill reads beside its siblings, and a rule that is switched off.
    private static bool IsSkipped(string keyword, string place) => keyword is "$schema" or "$comment" or "title" or "description" or "default" or "examples"
        or "deprecated" or "readOnly" or "writeOnly" or "properties" or "required" or "additionalProperties" or "prefixItems" or "items" or "uniqueItems"
        || (keyword == "$id" && place == Root);

    private static List<SchemaNode> OfSameValue(SchemaNode node, List<SchemaNode> others)
    {
        node.OfSameValue.AddRange(others);
        return others;
    }

    private SchemaNode Target(string at, JsonElement value)
    {
        var reference = Uri.UnescapeDataString(Text(at, value));
        if (reference != Root && !reference.StartsWith("#/", StringComparison.Ordinal))
        {
            throw Bad(at, $"is {Short(value)}; nothing outside of the schema is fetched, and names are not looked up. Copy what it means into $defs, and refer "
                + "to it by its place, as in \"#/$defs/name\"");
        }

        var (target, place) = (root, Root);
        foreach (var part in reference.Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/").Replace("~0", "~");
            place = $"{place}/{Escape(name)}";
            target = target.ValueKind == JsonValueKind.Object && target.TryGetProperty(name, out var field) ? field
                : target.ValueKind == JsonValueKind.Array && int.TryParse(name, out var index) && index >= 0 && index < target.GetArrayLength() ? target[index]
                : throw Bad(at, $"is {Short(value)}, but the schema has no such place");
        }

        return Node(place, target);
    }

    private SchemaNode Optional(string place, JsonElement schema) => schema.ValueKind == JsonValueKind.Undefined ? Anything : Node(place, schema);

    private List<SchemaNode> Several(string at, JsonElement value) => [.. List(at, value).Select((schema, i) => Node($"{at}/{i}", schema))];

    private Dictionary<string, SchemaNode> Named(string at, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined => [],
        JsonValueKind.Object => value.EnumerateObject().ToDictionary(field => field.Name, field => Node($"{at}/{Escape(field.Name)}", field.Value)),
        _ => throw Bad(at, $"is {Short(value)}; it must be an object of schemas by name"),
    };

    private static SchemaType TypeOf(string at, JsonElement value) =>
        value.ValueKind == JsonValueKind.String && Types.TryGetValue(value.GetString() ?? "", out var type) ? type
            : throw Bad(at, $"has {Short(value)}; a type is one of {string.Join(", ", Types.Keys)}");

    private static JsonElement[] List(string at, JsonElement value) => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
        ? [.. value.EnumerateArray()] : throw Bad(at, $"is {Short(value)}; it must be a list of at least one");

    private static string[] Texts(string at, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Undefined => [],
        JsonValueKind.Array => [.. value.EnumerateArray().Select(text => Text(at, text))],
        _ => throw Bad(at, $"is {Short(value)}; it must be a list of names"),
    };

    private static string Text(string at, JsonElement value) =>
        value.ValueKind == JsonValueKind.String ? value.GetString() ?? "" : throw Bad(at, $"has {Short(value)}; it must be a string");

    private static JsonNumber Number(string at, JsonElement value) => value.ValueKind == JsonValueKind.Number && JsonNumber.TryRead(value, out var number)
        ? number : throw Bad(at, $"is {Short(value)}; it must be a number");

    private static int Count(string at, JsonElement value) => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0
        ? count : throw Bad(at, $"is {Short(value)}; it must be a whole number of at least 0");

    private static bool Flag(string at, JsonElement value) =>
        value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Bad(at, $"is {Short(value)}; it must be true or false");

    private static Regex Pattern(string at, JsonElement value)
    {
        try
        {
            return SchemaPattern.Read(Text(at, value));
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            throw Bad(at, $"is {Short(value)}, which cannot be matched in bounded time: {error.Message.TrimEnd('.')}. A pattern has no look-around "
                + "and no back reference, and repeats nothing long by a count; minLength and maxLength bound lengths");
        }
    }

    private static string Escape(string name) => name.Replace("~", "~0").Replace("/", "~1");

    private static string Short(JsonElement value) => value.GetRawText() is { Length: > 80 } text ? $"{text[..80]}..." : value.GetRawText();

    private static FormatException Unknown(string place, string keyword) => Bad(
        place, $"has the keyword \"{keyword}\", which is not checked here; state the rule with others or remove it, so that none is silently left out");

    private static FormatException Bad(string place, string problem) => new($"{place} {problem}");
}
