using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;

namespace Cohort.Training;

/// <summary>
/// What System.Text.Json knows about the option records: their keys, defaults and kinds. Its run-time metadata are used because generated
/// ones can neither set an init-only property nor keep its default.
/// </summary>
internal static class OptionsJson
{
    private static readonly JsonSerializerOptions Serializer = Create(indented: true);
    private static readonly JsonSerializerOptions OneLine = Create(indented: false);

    /// <summary>Whether options of this type are an object with keys, rather than one value.</summary>
    public static bool IsSection(Type type) => Serializer.GetTypeInfo(type).Kind == JsonTypeInfoKind.Object;

    /// <summary>The keys of an object, inherited ones first, whether or not the type was written before.</summary>
    public static IEnumerable<JsonPropertyInfo> Keys(Type type) =>
        Serializer.GetTypeInfo(type).Properties.Where(p => p.Set is not null).OrderBy(p => p.Order);

    /// <summary>The kinds of a closed set of records, by name; none where the type is a single record.</summary>
    public static IReadOnlyList<(string Name, Type Type)> Kinds(Type type)
    {
        var derived = Serializer.GetTypeInfo(type).PolymorphismOptions?.DerivedTypes ?? [];
        return [.. derived.Select(d => ((string)d.TypeDiscriminator!, d.DerivedType))];
    }

    /// <summary>The name of the kind that an object has in a closed set.</summary>
    public static string KindName(Type type, object options) => Kinds(type).Single(k => k.Type == options.GetType()).Name;

    /// <summary>An object with all its defaults.</summary>
    public static object Create(Type type) => Serializer.GetTypeInfo(type).CreateObject!();

    /// <summary>An object of the same kind with the same values; the reader then sets some of them.</summary>
    public static object Copy(object options)
    {
        var copy = Create(options.GetType());
        foreach (var key in Keys(options.GetType()))
            key.Set!(copy, key.Get!(options));

        return copy;
    }

    /// <summary>A value as a run file writes it.</summary>
    public static JsonNode? ToNode(object? value) => JsonSerializer.SerializeToNode(value, Serializer);

    /// <summary>A value as a run file writes it, on as many lines as it takes.</summary>
    public static string ToText(object options) => JsonSerializer.Serialize(options, options.GetType(), Serializer) + "\n";

    /// <summary>A part of a run file on one line.</summary>
    public static string Line(JsonNode? node) => node?.ToJsonString(OneLine) ?? "null";

    /// <summary>A part of a run file on one line, for a message; its middle is left out where it is long.</summary>
    public static string Short(JsonNode? node)
    {
        const int Longest = 80;
        var text = Line(node);
        return text.Length <= Longest ? text : $"{text[..(Longest - 10)]}…{text[^9..]}";
    }

    private static JsonSerializerOptions Create(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { PutInheritedFirst } },
        Encoder = JavaScriptEncoder.Create(UnicodeRanges.All),
        WriteIndented = indented,
        MaxDepth = 256,
        NewLine = "\n",
    };

    private static void PutInheritedFirst(JsonTypeInfo info)
    {
        foreach (var property in info.Properties)
            property.Order = Depth(property.DeclaringType);

        static int Depth(Type? type) => type is null ? 0 : 1 + Depth(type.BaseType);
    }
}
