namespace Cohort.Training;

/// <summary>Says what may be meant by a key that no option has.</summary>
internal static class UnknownKey
{
    private static readonly (Type Options, string Name)[] Commands =
        [(typeof(RunOptions), "train"), (typeof(SftOptions), "sft"), (typeof(RewardModelOptions), "reward-model")];

    /// <summary>A message with the first of these: the kind that has the key, the nearest key, where else it is one, whose it is, all keys.</summary>
    /// <param name="root">All options, to look the key up elsewhere.</param>
    /// <param name="type">The declared type of the object that has the key.</param>
    /// <param name="options">The object.</param>
    /// <param name="path">Where the object is; empty for the root.</param>
    /// <param name="name">The key.</param>
    public static string Describe(CommonOptions root, Type type, object options, string path, string name)
    {
        var prefix = path == "" ? "" : path + ".";
        if (name.Contains('.'))
            return $"{prefix}{name} is one key with dots; nest objects instead, as in {{ \"budget\": {{ \"steps\": 50 }} }}.";

        var others = OptionsJson.Kinds(type).Where(k => OptionsJson.Keys(k.Type).Any(p => p.Name == name)).ToList();
        if (others.Count > 0)
            return $"{prefix}{name} belongs to the kind {Nearest.Or([.. others.Select(k => $"\"{k.Name}\"")])}, but {path} is of the kind "
                + $"\"{OptionsJson.KindName(type, options)}\"; set {prefix}kind, or remove the key.";

        List<string> keys = [.. OptionsJson.Keys(options.GetType()).Select(k => k.Name)];
        var near = Nearest.To(name, keys).Select(k => prefix + k).ToList();
        if (near.Count == 0)
            near = Shallowest([.. OptionList.Of(root).Select(o => o.Path).Where(p => p.EndsWith("." + name, StringComparison.OrdinalIgnoreCase)).Distinct()]);

        if (near.Count > 0)
            return $"{prefix}{name} is not an option; did you mean {Nearest.Or(near)}?";

        var commands = Commands.Where(command => path == "" && OptionsJson.Keys(command.Options).Any(key => key.Name == name))
            .Select(command => $"`cohort {command.Name}`").ToList();
        return commands.Count > 0
            ? $"{name} is not an option here, but one of {Nearest.Or(commands)}; is the run file meant for that?"
            : $"{prefix}{name} is not an option; {(path == "" ? "the options are" : $"{path} has")} {List(keys)}.";
    }

    // A key that was meant one level up is the likelier one.
    private static List<string> Shallowest(List<string> paths)
    {
        var depth = paths.Select(Depth).DefaultIfEmpty().Min();
        return [.. paths.Where(path => Depth(path) == depth)];

        static int Depth(string path) => path.Count(letter => letter == '.');
    }

    /// <summary>Keys as a list.</summary>
    public static string List(IEnumerable<string> keys) => string.Join(", ", keys.DefaultIfEmpty("no keys"));
}
