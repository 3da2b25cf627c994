using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Cohort.Data;
using Cohort.Training;

namespace Cohort.Tests.Training.Options;

/// <summary>Options whose every value is drawn from its range, and whose every kind is drawn too.</summary>
internal static class RandomOptions
{
    public static object Like(object options, Random random)
    {
        var drawn = OptionsJson.Create(options.GetType());
        foreach (var key in OptionsJson.Keys(options.GetType()))
        {
            if (OptionsJson.IsSection(key.PropertyType))
                key.Set!(drawn, Like(OfAnyKind(key, drawn, random), random));
            else
                SetAny(key, drawn, random);
        }

        return drawn;
    }

    /// <summary>Draws one option anew, and leaves objects that others share as they are.</summary>
    /// <returns>Whether options of these kinds have the option.</returns>
    public static bool Change(object options, IEnumerable<string> keys, Random random)
    {
        if (OptionsJson.Keys(options.GetType()).SingleOrDefault(k => k.Name == keys.First()) is not { } key)
            return false;

        if (!OptionsJson.IsSection(key.PropertyType))
        {
            SetAny(key, options, random);
            return true;
        }

        var inner = OptionsJson.Copy(key.Get!(options)!);
        key.Set!(options, inner);
        return Change(inner, keys.Skip(1), random);
    }

    private static void SetAny(JsonPropertyInfo key, object options, Random random)
    {
        while (!Accepts(key, options, Value(key.PropertyType, random)))
        {
        }
    }

    private static object OfAnyKind(JsonPropertyInfo key, object drawn, Random random)
    {
        var kinds = OptionsJson.Kinds(key.PropertyType);
        return kinds.Count == 0 ? key.Get!(drawn)! : OptionsJson.Create(kinds[random.Next(kinds.Count)].Type);
    }

    private static bool Accepts(JsonPropertyInfo key, object drawn, object value)
    {
        try
        {
            key.Set!(drawn, value);
            return true;
        }
        catch (ArgumentOutOfRangeException)
        {
            return false;
        }
    }

    private static object Value(Type given, Random random)
    {
        var type = Nullable.GetUnderlyingType(given) ?? given;
        var size = Math.Pow(10, random.Next(-9, 10));
        return type.IsEnum ? Enum.GetValues(type).GetValue(random.Next(Enum.GetValues(type).Length))!
            : type == typeof(bool) ? random.Next(2) == 0
            : type == typeof(string) && random.Next(3) == 0 ? $"20{random.Next(10, 99)}-0{random.Next(1, 10)}-{random.Next(10, 29)}"
            : type == typeof(string) && random.Next(2) == 0 ? $"part={random.Next(1, 99)}"
            : type == typeof(string) ? string.Concat("a/ü\"\\\n𝄞".EnumerateRunes().OrderBy(_ => random.Next()).Take(random.Next(8)))
            : type == typeof(SchemaSource) ? SchemaSource.Inline(new JsonObject { ["maxLength"] = random.Next(9), ["const"] = "\"ü\\", ["type"] = "string" })
            : type == typeof(StringList) ? StringList.Create([.. Enumerable.Range(0, random.Next(3)).Select(_ => $"</{(char)random.Next(32, 999)}>")])
            : type == typeof(RewardDictionary) ? new RewardDictionary(Enumerable.Range(0, random.Next(3)).Select(_ => KeyValuePair.Create(
                $"reward-{random.Next(1_000_000)}", (RewardOptions)Like(random.Next(2) == 0 ? new NumberMatch() : new Repetition(), random))))
            : type == typeof(ulong) ? (ulong)random.NextInt64(long.MinValue, long.MaxValue)
            : Convert.ChangeType(size * random.NextDouble(), type);
    }
}
