using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Cohort.Data;

namespace Cohort.Training;

/// <summary>
/// One value of a run file: a number, true or false, a text, a list of texts, a JSON Schema, or a name out of a list. Its rule is what the property
/// itself says when it refuses a value, as a sentence without its subject: "must lie in (0, 1]."
/// </summary>
internal static class OptionValue
{
    /// <summary>Sets a property to a value of a run file.</summary>
    /// <returns>The rule that the value breaks; empty where it breaks none.</returns>
    public static string Set(JsonPropertyInfo key, object options, JsonNode? node)
    {
        var type = TypeOf(key);
        var kind = node?.GetValueKind() ?? JsonValueKind.Null;
        if (type != key.PropertyType && kind == JsonValueKind.Null)
            return Offer(key, options, null);

        if (type.IsEnum)
            return SetName(key, options, kind == JsonValueKind.String ? node!.GetValue<string>() : "");

        if (type == typeof(string) && kind == JsonValueKind.String)
        {
            var text = node!.GetValue<string>();
            return text.Contains('\0') ? "must be a string without zero characters." : Offer(key, options, text);
        }

        if (type == typeof(StringList) && node is JsonArray list && list.All(item => item?.GetValueKind() == JsonValueKind.String))
        {
            string[] texts = [.. list.Select(item => item!.GetValue<string>())];
            return texts.Any(text => text == "" || text.Contains('\0')) ? "must be a list of strings, none of them empty or with a zero character."
                : Offer(key, options, StringList.Create(texts));
        }

        if (type == typeof(SchemaSource) && node is JsonObject schema)
            return Offer(key, options, SchemaSource.Inline(schema));

        if (type == typeof(SchemaSource) && kind == JsonValueKind.String)
        {
            var path = node!.GetValue<string>();
            return path.Contains('\0') ? "must be a path without zero characters." : Offer(key, options, SchemaSource.InFile(path));
        }

        if (type == typeof(bool) && kind is JsonValueKind.True or JsonValueKind.False)
            return Offer(key, options, kind == JsonValueKind.True);

        if (type == typeof(double) && kind == JsonValueKind.Number)
            return Offer(key, options, double.Parse(node!.ToJsonString(), CultureInfo.InvariantCulture));

        return IsWhole(type) && kind == JsonValueKind.Number ? SetWhole(key, options, node!.ToJsonString()) : $"must be {TypeName(type)}.";
    }

    /// <summary>The rule of a property that is a number, found by offering the extremes of its type; empty where it takes all.</summary>
    /// <param name="key">The property.</param>
    /// <param name="options">The object, whose value of the property is lost.</param>
    public static string Rule(JsonPropertyInfo key, object options)
    {
        var type = key.PropertyType;
        object[] extremes = type == typeof(double) ? [double.NaN]
            : IsWhole(type) ? [Whole(Limits(type).Least, type), Whole(Limits(type).Most, type)] : [];
        return extremes.Select(e => Offer(key, options, e)).FirstOrDefault(rule => rule != "", "");
    }

    /// <summary>The type of a property's values, of which null, where it may be, is none.</summary>
    public static Type TypeOf(JsonPropertyInfo key) => Nullable.GetUnderlyingType(key.PropertyType) ?? key.PropertyType;

    /// <summary>What a type's values are called.</summary>
    public static string TypeName(Type type) =>
        type == typeof(bool) ? "true or false" : type == typeof(string) ? "a string"
            : type == typeof(SchemaSource) ? "a path or a JSON Schema"
            : type == typeof(StringList) ? "a list of strings" : type == typeof(RewardDictionary) ? "an object of rewards by name" : IsWhole(type) ? "a whole number" : "a number";

    /// <summary>The names of an enumeration, as a run file writes them.</summary>
    public static IReadOnlyList<string> Names(Type type) => [.. Enum.GetNames(type).Select(JsonNamingPolicy.CamelCase.ConvertName)];

    /// <summary>The rule for a name out of a list, and the name that is meant where one is nearest.</summary>
    public static string OneOf(string given, IReadOnlyList<string> names)
    {
        var list = Nearest.Or([.. names.Select(n => $"\"{n}\"")]);
        var near = Nearest.To(given, names);
        return near.Count == 1 ? $"must be {list}; did you mean \"{near[0]}\"?" : $"must be {list}.";
    }

    private static string SetName(JsonPropertyInfo key, object options, string given)
    {
        var names = Names(TypeOf(key));
        return names.Contains(given) ? Offer(key, options, Enum.Parse(TypeOf(key), given, ignoreCase: true)) : OneOf(given, names);
    }

    private static string SetWhole(JsonPropertyInfo key, object options, string text)
    {
        var type = key.PropertyType;
        var (least, most) = Limits(type);
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
            number = text.StartsWith('-') ? decimal.MinValue : decimal.MaxValue;

        if (!decimal.IsInteger(number))
            return $"must be {TypeName(type)}.";

        var nearest = Math.Clamp(number, least, most);
        var rule = Offer(key, options, Whole(nearest, type));
        return rule != "" || nearest == number ? rule : nearest == least ? $"must be at least {least}." : $"must be at most {most}.";
    }

    private static string Offer(JsonPropertyInfo key, object options, object? value)
    {
        try
        {
            key.Set!(options, value);
            return "";
        }
        catch (ArgumentOutOfRangeException refusal)
        {
            var sentence = refusal.Message.Split(" (Parameter ")[0];
            return sentence[(sentence.IndexOf(' ') + 1)..];
        }
    }

    private static bool IsWhole(Type type) => type == typeof(int) || type == typeof(long) || type == typeof(ulong);

    private static object Whole(decimal value, Type type) => Convert.ChangeType(value, type, CultureInfo.InvariantCulture);

    private static (decimal Least, decimal Most) Limits(Type type) =>
        type == typeof(int) ? (int.MinValue, int.MaxValue) : type == typeof(long) ? (long.MinValue, long.MaxValue) : (0, ulong.MaxValue);
}
