namespace Cohort.Tokenization.Jinja;

/*
 * Values of a template are those of Python: null (None), bool, long, double, string, and the classes of this file. Texts are measured in code points.
 */

/// <summary>How Python would call a sequence.</summary>
internal enum SequenceKind
{
    /// <summary>A list.</summary>
    List,

    /// <summary>A tuple.</summary>
    Tuple,

    /// <summary>What a dictionary's methods and range give: elements and a length, but no list.</summary>
    View,

    /// <summary>What map, select and their kin give: elements that can be gone through once.</summary>
    Generator,
}

/// <summary>Elements in an order.</summary>
internal sealed class Sequence(IReadOnlyList<object?> items, SequenceKind kind)
{
    private bool _isUsedUp;

    /// <summary>What Python calls it.</summary>
    public SequenceKind Kind { get; } = kind;

    /// <summary>The elements, whether or not they were gone through.</summary>
    public IReadOnlyList<object?> Items { get; } = items;

    /// <summary>A list.</summary>
    public static Sequence List(IReadOnlyList<object?> items) => new(items, SequenceKind.List);

    /// <summary>A tuple.</summary>
    public static Sequence Tuple(params IReadOnlyList<object?> items) => new(items, SequenceKind.Tuple);

    /// <summary>Elements to go through once.</summary>
    public static Sequence Generator(IReadOnlyList<object?> items) => new(items, SequenceKind.Generator);

    /// <summary>Goes through the elements.</summary>
    public IReadOnlyList<object?> Iterate()
    {
        if (_isUsedUp)
            return [];
        _isUsedUp = Kind == SequenceKind.Generator;
        return Items;
    }
}

/// <summary>A dictionary, which keeps the order of its keys.</summary>
internal sealed class Mapping
{
    private readonly OrderedDictionary<object, object?> _items = new(KeyComparer.Instance);

    /// <summary>Keys and values in the order in which the keys came.</summary>
    public IReadOnlyList<KeyValuePair<object, object?>> Items => _items;

    /// <summary>Sets a key's value.</summary>
    public void Set(object? key, object? value) => _items[Key(key)] = value;

    /// <summary>Looks a key up.</summary>
    public bool TryGet(object? key, out object? value) => _items.TryGetValue(Key(key), out value);

    // None as a key is a value of its own; what cannot be a key is refused.
    private static object Key(object? key) => key switch
    {
        null => NoneKey.Instance,
        string or bool or long or double => key,
        _ => throw new JinjaException($"{Kinds.Of(key)} cannot be a dictionary's key here; use a string or a number"),
    };

    /// <summary>A key as a value of the template.</summary>
    public static object? Value(object key) => key is NoneKey ? null : key;

    private sealed class NoneKey
    {
        public static NoneKey Instance { get; } = new();
    }

    // 1, 1.0 and true are one key, as they are equal.
    private sealed class KeyComparer : IEqualityComparer<object>
    {
        public static KeyComparer Instance { get; } = new();

        public new bool Equals(object? x, object? y) => Numbers.Of(x) is { } a && Numbers.Of(y) is { } b ? a.Equals(b) : object.Equals(x, y);

        public int GetHashCode(object obj) => Numbers.Of(obj) is { } number ? number.GetHashCode() : obj.GetHashCode();
    }
}

/// <summary>What stands for a variable, attribute or element that is not there: prints as nothing, and is an error to go into.</summary>
internal sealed record Undefined(string Message)
{
    /// <summary>The error of using it.</summary>
    public JinjaException Error() => new(Message);
}

/// <summary>Variables that a template may change from inside a loop or macro.</summary>
internal sealed class Namespace
{
    /// <summary>The variables.</summary>
    public Dictionary<string, object?> Attributes { get; } = [];
}

/// <summary>Something that can be called.</summary>
internal sealed record Callable(string Name, Func<Arguments, object?> Invoke);

/// <summary>What the numbers among the values have in common.</summary>
internal static class Numbers
{
    /// <summary>The value as a float, or null where it is no number; true counts as 1.</summary>
    public static double? Of(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long whole => whole,
        double real => real,
        _ => null,
    };

    /// <summary>The value as a whole number, or null where it is none; true counts as 1.</summary>
    public static long? Whole(object? value) => value switch
    {
        bool flag => flag ? 1 : 0,
        long whole => whole,
        _ => null,
    };
}

/// <summary>What messages call the kinds of values.</summary>
internal static class Kinds
{
    /// <summary>The name of Python's type, with an article.</summary>
    public static string Of(object? value) => value switch
    {
        null => "None",
        Undefined => "an undefined value",
        _ => $"a {Name(value)}",
    };

    /// <summary>The name of Python's type.</summary>
    public static string Name(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long => "int",
        double => "float",
        string => "str",
        Sequence { Kind: SequenceKind.List } => "list",
        Sequence { Kind: SequenceKind.Tuple } => "tuple",
        Sequence { Kind: SequenceKind.View } => "view",
        Sequence => "generator",
        Mapping => "dict",
        Namespace => "namespace",
        Undefined => "Undefined",
        _ => "function",
    };
}
