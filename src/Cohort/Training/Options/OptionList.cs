using System.Text.Json.Serialization.Metadata;

namespace Cohort.Training;

/// <summary>One option of a run file.</summary>
/// <param name="Path">The dotted key, as <c>--set</c> takes it.</param>
/// <param name="Kind">The kind of the object around it that has the option; empty where all have.</param>
/// <param name="Default">Its default as JSON.</param>
/// <param name="Rule">What its values must be: "number in (0, 1]", or the names it may have.</param>
/// <param name="Owner">The record whose property it is, or for the choice of a kind, the record that comes in kinds.</param>
/// <param name="Values">The type of its values; for the choice of a kind, the record that comes in kinds.</param>
public sealed record OptionEntry(string Path, string Kind, string Default, string Rule, Type Owner, Type Values);

/// <summary>All options of a run file, from the option records themselves.</summary>
public static class OptionList
{
    /// <summary>Every option, those of kinds that are not the default's included.</summary>
    /// <param name="defaults">The options whose values are listed as defaults: <c>new RunOptions()</c> or <c>new SftOptions()</c>.</param>
    public static IEnumerable<OptionEntry> Of(CommonOptions defaults) => Section(defaults, "", "");

    private static IEnumerable<OptionEntry> Section(object options, string prefix, string kind) =>
        OptionsJson.Keys(options.GetType()).SelectMany(key => Entries(key, options, prefix, kind));

    private static IEnumerable<OptionEntry> Entries(JsonPropertyInfo key, object options, string prefix, string kind)
    {
        var path = prefix + key.Name;
        var value = key.Get!(options)!;
        if (!OptionsJson.IsSection(key.PropertyType))
        {
            var text = OptionsJson.Short(OptionsJson.ToNode(value));
            return [new(path, kind, text, Rule(key, options), key.DeclaringType, OptionValue.TypeOf(key))];
        }

        var kinds = OptionsJson.Kinds(key.PropertyType);
        return kinds.Count == 0 ? Section(value, path + ".", kind) : Choice(key, value, path, kind);
    }

    // What every kind has, such as the deadline of a reward, is listed once.
    private static IEnumerable<OptionEntry> Choice(JsonPropertyInfo key, object value, string path, string kind)
    {
        var type = key.PropertyType;
        var kinds = OptionsJson.Kinds(type);
        var names = Nearest.Or([.. kinds.Select(k => $"\"{k.Name}\"")]);
        yield return new(path + ".kind", kind, $"\"{OptionsJson.KindName(type, value)}\"", names, type, type);

        foreach (var shared in OptionsJson.Keys(value.GetType()).Where(k => k.DeclaringType == type))
            foreach (var entry in Entries(shared, value, path + ".", kind))
                yield return entry;

        foreach (var (name, each) in kinds)
        {
            var options = each == value.GetType() ? value : OptionsJson.Create(each);
            foreach (var own in OptionsJson.Keys(each).Where(k => k.DeclaringType == each))
                foreach (var entry in Entries(own, options, path + ".", name))
                    yield return entry;
        }
    }

    private static string Rule(JsonPropertyInfo key, object options)
    {
        var type = OptionValue.TypeOf(key);
        if (type.IsEnum)
            return Nearest.Or([.. OptionValue.Names(type).Select(n => $"\"{n}\"")]);

        var name = OptionValue.TypeName(type);
        var rule = OptionValue.Rule(key, OptionsJson.Copy(options)).TrimEnd('.').Replace("must lie", "").Replace("must be", ",");
        return (name.StartsWith("a ") ? name[2..] : name) + rule;
    }
}
