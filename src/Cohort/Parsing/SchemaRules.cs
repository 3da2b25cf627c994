using System.Text.Json;
using System.Text.RegularExpressions;

namespace Cohort.Parsing;

/// <summary>A type of JSON Schema, by its name there.</summary>
internal enum SchemaType
{
    Null,
    Boolean,
    Object,
    Array,
    Number,
    String,

    /// <summary>A number without a fraction, such as 1.0.</summary>
    Integer,
}

/// <summary>The rules of JSON Schema (draft 2020-12, "Validation", section 6, and "Core", section 10).</summary>
internal static class SchemaRules
{
    public static SchemaRule AnyType(IReadOnlyList<SchemaType> types) => (value, _) => types.Any(type => Is(value, type));

    public static SchemaRule OneValueOf(IReadOnlyList<JsonElement> values) => (value, work) => values.Any(other => AreEqual(value, other, work));

    public static SchemaRule Number(Predicate<JsonNumber> holds) =>
        (value, work) => value.ValueKind != JsonValueKind.Number || (work.TrySpend(1) && JsonNumber.TryRead(value, out var number) && holds(number));

    // Length is in code points.
    public static SchemaRule Length(Predicate<int> holds) => (value, work) => value.ValueKind != JsonValueKind.String
        || (work.TrySpend(BoundedJson.SizeOf(value)) && holds(Text(value).Count(letter => !char.IsLowSurrogate(letter))));

    public static SchemaRule Matches(Regex pattern) => (value, work) => value.ValueKind != JsonValueKind.String
        || (work.TrySpend(BoundedJson.SizeOf(value)) && work.IsMatch(pattern, Text(value)));

    public static SchemaRule ItemCount(Predicate<int> holds) =>
        (value, _) => value.ValueKind != JsonValueKind.Array || holds(value.GetArrayLength());

    public static SchemaRule PropertyCount(Predicate<int> holds) =>
        (value, _) => value.ValueKind != JsonValueKind.Object || holds(value.GetPropertyCount());

    public static SchemaRule Items(IReadOnlyList<SchemaNode> first, SchemaNode others) => (value, work) =>
    {
        if (value.ValueKind != JsonValueKind.Array)
            return true;

        foreach (var (i, item) in value.EnumerateArray().Index())
        {
            if (!(i < first.Count ? first[i] : others).Holds(item, work))
                return false;
        }

        return true;
    };

    public static SchemaRule Properties(IReadOnlyDictionary<string, SchemaNode> named, SchemaNode others, IReadOnlyList<string> required) => (value, work) =>
    {
        if (value.ValueKind != JsonValueKind.Object)
            return true;

        var names = new HashSet<string>();
        foreach (var property in value.EnumerateObject())
        {
            var name = property.Name;
            names.Add(name);
            if (!work.TrySpend(1 + name.Length) || !named.GetValueOrDefault(name, others).Holds(property.Value, work))
                return false;
        }

        return work.TrySpend(required.Count) && required.All(names.Contains);
    };

    public static SchemaRule Unique() => (value, work) =>
    {
        if (value.ValueKind != JsonValueKind.Array)
            return true;
        if (!work.TrySpend(BoundedJson.SizeOf(value)))
            return false;

        // What is equal has equal hashes, so that only items of one hash are compared one by one.
        foreach (var alike in value.EnumerateArray().GroupBy(HashOf))
        {
            JsonElement[] items = [.. alike];
            for (var i = 0; i < items.Length; i++)
                for (var j = 0; j < i; j++)
                    if (work.IsOver || AreEqual(items[i], items[j], work))
                        return false;
        }

        return true;
    };

    public static SchemaRule All(IReadOnlyList<SchemaNode> nodes) => (value, work) => nodes.All(node => node.Holds(value, work));

    public static SchemaRule Any(IReadOnlyList<SchemaNode> nodes) => (value, work) => nodes.Any(node => node.Holds(value, work));

    public static SchemaRule One(IReadOnlyList<SchemaNode> nodes) => (value, work) => nodes.Count(node => node.Holds(value, work)) == 1;

    public static SchemaRule Not(SchemaNode node) => (value, work) => !node.Holds(value, work);

    private static bool AreEqual(JsonElement value, JsonElement other, SchemaWork work) =>
        work.TrySpend(1 + Math.Min(BoundedJson.SizeOf(value), BoundedJson.SizeOf(other))) && JsonElement.DeepEquals(value, other);

    // Of all that is in a value, and of no order of properties. Differs from process to process, so that nobody can write many values of one hash.
    private static int HashOf(JsonElement value) => HashCode.Combine(value.ValueKind, value.ValueKind switch
    {
        JsonValueKind.String => Text(value).GetHashCode(),
        JsonValueKind.Number => value.GetDouble().GetHashCode(),
        JsonValueKind.Array => value.EnumerateArray().Aggregate(0, (hash, item) => HashCode.Combine(hash, HashOf(item))),
        JsonValueKind.Object => value.EnumerateObject().Aggregate(0, (hash, field) => unchecked(hash + HashCode.Combine(field.Name, HashOf(field.Value)))),
        _ => 0,
    });

    private static bool Is(JsonElement value, SchemaType type) => value.ValueKind switch
    {
        JsonValueKind.Null => type == SchemaType.Null,
        JsonValueKind.True or JsonValueKind.False => type == SchemaType.Boolean,
        JsonValueKind.Object => type == SchemaType.Object,
        JsonValueKind.Array => type == SchemaType.Array,
        JsonValueKind.String => type == SchemaType.String,
        _ => type == SchemaType.Number || (type == SchemaType.Integer && JsonNumber.TryRead(value, out var number) && number.IsWhole),
    };

    private static string Text(JsonElement value) => value.GetString() ?? "";
}
