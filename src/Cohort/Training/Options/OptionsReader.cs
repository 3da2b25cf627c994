using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cohort.Training;

/// <summary>
/// Walks the JSON of a run file along the keys of the option records. Sets what is given on a copy of the defaults, and goes on after each
/// problem, so that one reading finds them all.
/// </summary>
/// <param name="root">All options with their defaults.</param>
internal sealed class OptionsReader(CommonOptions root)
{
    private const string Kind = "kind";
    private const string Preset = "preset";
    private readonly List<string> _problems = [];

    /// <summary>What is wrong with the JSON that was read.</summary>
    public IReadOnlyList<string> Problems => _problems;

    /// <summary>The options that the JSON gives, and defaults for the rest; of no use where there are problems.</summary>
    public CommonOptions Read(JsonObject given) => (CommonOptions)Read(root.GetType(), given, root, "");

    private object Read(Type type, JsonNode? node, object defaults, string path)
    {
        if (node is not JsonObject given)
        {
            var orName = type == typeof(AlgorithmOptions) ? ", or the name of a preset" : "";
            _problems.Add($"{path} is {OptionsJson.Short(node)}; it must be an object with keys, as in {{ ... }}{orName}.");
            return defaults;
        }

        var start = type == typeof(AlgorithmOptions) ? PresetOf(given, path)
            : OptionsJson.Kinds(type).Count > 0 ? KindOf(type, given, defaults, path)
            : defaults;
        return start is null ? defaults : Fill(type, given, OptionsJson.Copy(start), path);
    }

    private object Fill(Type type, JsonObject given, object options, string path)
    {
        var keys = OptionsJson.Keys(options.GetType()).ToDictionary(k => k.Name);
        foreach (var (name, node) in given)
        {
            var full = path == "" ? name : $"{path}.{name}";
            if (IsMeta(type, name))
                continue;

            if (!keys.TryGetValue(name, out var key))
                _problems.Add(UnknownKey.Describe(root, type, options, path, name));
            else if (key.PropertyType == typeof(RewardDictionary))
                key.Set!(options, ReadNamed(node, full));
            else if (OptionsJson.IsSection(key.PropertyType))
                key.Set!(options, Read(key.PropertyType, node, key.Get!(options)!, full));
            else if (OptionValue.Set(key, options, node) is var rule and not "")
                _problems.Add($"{full} is {OptionsJson.Short(node)}; it {rule}");
        }

        return options;
    }

    private RewardDictionary ReadNamed(JsonNode? node, string path)
    {
        if (node is JsonObject given)
        {
            return new(given.Select(reward => KeyValuePair.Create(
                reward.Key, (RewardOptions)Read(typeof(RewardOptions), reward.Value, new AutomaticReward(), $"{path}.{reward.Key}"))));
        }

        _problems.Add($"{path} is {OptionsJson.Short(node)}; it must be an object of rewards by name, as in {{\"correct\": {{\"kind\": \"number\"}}}}.");
        return RewardDictionary.None;
    }

    private AlgorithmOptions? PresetOf(JsonObject given, string path)
    {
        if (!given.TryGetPropertyValue(Preset, out var node))
            return AlgorithmOptions.Grpo;

        var names = OptionValue.Names(typeof(AlgorithmPreset));
        if (names.Contains(Text(node)))
            return AlgorithmPresets.Of(Enum.Parse<AlgorithmPreset>(Text(node), ignoreCase: true));

        _problems.Add($"{path}.{Preset} is {OptionsJson.Short(node)}; it {OptionValue.OneOf(Text(node), names)}");
        return null;
    }

    private object? KindOf(Type type, JsonObject given, object defaults, string path)
    {
        var kinds = OptionsJson.Kinds(type);
        if (!given.TryGetPropertyValue(Kind, out var node))
            return WithoutKind(type, given, defaults, path);

        var name = Text(node);
        if (kinds.Where(k => k.Name == name).ToList() is [var kind])
            return kind.Type == defaults.GetType() ? defaults : OptionsJson.Create(kind.Type);

        _problems.Add($"{path}.{Kind} is {OptionsJson.Short(node)}; it {OptionValue.OneOf(name, [.. kinds.Select(k => k.Name)])}");
        return null;
    }

    // Advantages and losses are never guessed: their kind is the preset's, and one misplaced key must not turn GRPO into PPO. Keys that no kind
    // has say nothing about the kind.
    private object? WithoutKind(Type type, JsonObject given, object defaults, string path)
    {
        var kinds = OptionsJson.Kinds(type);
        var known = given.Select(g => g.Key).Where(name => kinds.Any(kind => Has(kind.Type, name))).ToList();
        var fitting = kinds.Where(k => known.TrueForAll(name => Has(k.Type, name))).ToList();
        if (type == typeof(AdvantageOptions) || type == typeof(Losses.PolicyLoss) || fitting.Exists(k => k.Type == defaults.GetType()))
            return defaults;

        if (fitting is [var only])
            return OptionsJson.Create(only.Type);

        var keys = kinds.Select(k => $"\"{k.Name}\" has {UnknownKey.List(OptionsJson.Keys(k.Type).Select(p => p.Name))}");
        _problems.Add($"{path} needs a \"{Kind}\", since none has all of the keys {UnknownKey.List(known)}: "
            + $"{string.Join("; ", keys)}.");
        return null;
    }

    private static bool Has(Type type, string name) => OptionsJson.Keys(type).Any(key => key.Name == name);

    private static bool IsMeta(Type type, string name) =>
        type == typeof(AlgorithmOptions) ? name == Preset : name == Kind && OptionsJson.Kinds(type).Count > 0;

    private static string Text(JsonNode? node) => node?.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : "";
}
