using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cohort.Training;

/// <summary>Settings of a command line, <c>--set budget.steps=50</c>, written into the JSON of a run file.</summary>
internal static class OptionSets
{
    private const int Deepest = 16;

    /// <summary>Writes one setting, and the objects on the way to it where there are none.</summary>
    /// <returns>What is wrong with it; empty where all is well.</returns>
    public static string Apply(JsonObject root, string set)
    {
        var equals = set.IndexOf('=');
        var keys = set[..Math.Max(0, equals)].Split('.');
        if (keys.Contains(""))
            return $"--set {set} has no key or no \"=\"; write a dotted key and a value, as in --set budget.steps=50.";

        if (keys.Length > Deepest)
            return $"--set {string.Join('.', keys[..Deepest])}... has {keys.Length} keys; an option has at most {Deepest}.";

        var section = root;
        foreach (var key in keys.SkipLast(1))
        {
            section[key] ??= new JsonObject();
            if (section[key] is not JsonObject inner)
                return $"--set {set} names a key inside of {key}, which is {OptionsJson.Short(section[key])} and has no keys.";

            section = inner;
        }

        section[keys[^1]] = Value(set[(equals + 1)..]);
        UnfoldPreset(root);
        return "";
    }

    /// <summary>Writes <c>"algorithm": "ppo"</c> as the object that it stands for.</summary>
    public static void UnfoldPreset(JsonObject root)
    {
        if (root["algorithm"] is JsonValue name && name.GetValueKind() == JsonValueKind.String)
            root["algorithm"] = new JsonObject { ["preset"] = name.DeepClone() };
    }

    private static JsonNode? Value(string text)
    {
        try
        {
            return RunFileText.Node(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
