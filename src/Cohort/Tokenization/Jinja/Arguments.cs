namespace Cohort.Tokenization.Jinja;

/// <summary>The values of a call.</summary>
/// <param name="function">What is called, for messages.</param>
/// <param name="positional">Values by position.</param>
/// <param name="named">Values by name.</param>
internal sealed class Arguments(string function, IReadOnlyList<object?> positional, IReadOnlyDictionary<string, object?> named)
{
    private static readonly Dictionary<string, object?> NoNames = [];

    /// <summary>Values by position.</summary>
    public IReadOnlyList<object?> Positional { get; } = positional;

    /// <summary>Values by name.</summary>
    public IReadOnlyDictionary<string, object?> Named { get; } = named;

    /// <summary>What is called, for messages.</summary>
    public string Function { get; } = function;

    /// <summary>The same call with other positional values.</summary>
    public Arguments With(IReadOnlyList<object?> positional) => new(Function, positional, Named);

    /// <summary>A call without arguments.</summary>
    public static Arguments None(string function) => new(function, [], NoNames);

    /// <summary>Requires that there are no more values than the parameters, and no other names.</summary>
    /// <param name="parameters">The names of the parameters.</param>
    public Arguments Allow(params string[] parameters)
    {
        if (Positional.Count > parameters.Length)
            throw new JinjaException($"{Function} takes at most {parameters.Length} arguments; {Positional.Count} were given");
        foreach (var name in Named.Keys)
            if (Array.IndexOf(parameters, name) is var index && (index < 0 || index < Positional.Count))
                throw new JinjaException($"{Function} has {(index < 0 ? "no argument" : "two values for the argument")} '{name}'");
        return this;
    }

    /// <summary>Whether a parameter has a value.</summary>
    public bool Has(int index, string name) => index < Positional.Count || Named.ContainsKey(name);

    /// <summary>A parameter's value, or a default.</summary>
    public object? Get(int index, string name, object? otherwise = null) =>
        index < Positional.Count ? Positional[index] : Named.TryGetValue(name, out var value) ? value : otherwise;

    /// <summary>A value that must be there.</summary>
    public object? Required(int index, string name) =>
        Has(index, name) ? Get(index, name) : throw new JinjaException($"{Function} needs the argument '{name}'");

    /// <summary>A value that must be a string.</summary>
    public string Text(int index, string name) => Required(index, name) switch
    {
        string text => text,
        Undefined undefined => throw undefined.Error(),
        var other => throw new JinjaException($"{Function}: '{name}' is {Kinds.Of(other)}; it must be a string"),
    };

    /// <summary>A string, or null where it is not given or None.</summary>
    public string? OptionalText(int index, string name) => Get(index, name) is null ? null : Text(index, name);

    /// <summary>A whole number, or a default.</summary>
    public long Whole(int index, string name, long otherwise) => !Has(index, name) ? otherwise : Get(index, name) switch
    {
        Undefined undefined => throw undefined.Error(),
        var value => Numbers.Whole(value)
            ?? throw new JinjaException($"{Function}: '{name}' is {Kinds.Of(value)}; it must be a whole number"),
    };

    /// <summary>A value as true or false, or a default.</summary>
    public bool Flag(int index, string name, bool otherwise = false) => Has(index, name) ? Operations.IsTrue(Get(index, name)) : otherwise;
}
