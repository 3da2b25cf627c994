namespace Cohort.Tokenization.Jinja;

/// <summary>The filters of Jinja 3.1 on texts, numbers, lists and dictionaries, and tojson as chat templates have it.</summary>
internal sealed class Filters
{
    private static readonly HashSet<string> Names =
    [
        "abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape", "first", "float", "forceescape", "format",
        "groupby", "indent", "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr", "replace",
        "reverse", "round", "safe", "select", "selectattr", "slice", "sort", "string", "sum", "title", "tojson", "trim", "truncate", "unique", "upper",
        "wordcount",
    ];

    private readonly Budget _budget;
    private readonly Operations _operations;
    private readonly Printer _printer;
    private readonly Members _members;
    private readonly TextFilters _texts;
    private readonly ListFilters _lists;

    /// <summary>The filters of one rendering.</summary>
    public Filters(Budget budget, Operations operations, Printer printer, Members members)
    {
        (_budget, _operations, _printer, _members) = (budget, operations, printer, members);
        _texts = new TextFilters(budget, operations, printer);
        _lists = new ListFilters(budget, operations, members, this);
    }

    /// <summary>Whether there is a filter of this name.</summary>
    public static bool Contains(string name) => Names.Contains(name);

    /// <summary>What a filter makes of a value.</summary>
    /// <param name="name">The filter.</param>
    /// <param name="value">What it is applied to.</param>
    /// <param name="call">Its arguments.</param>
    public object? Apply(string name, object? value, Arguments call)
    {
        _budget.Step();
        return name switch
        {
            "default" or "d" => call.Allow("default_value", "boolean") is var _
                && (value is Undefined || (call.Flag(1, "boolean") && !Operations.IsTrue(value))) ? call.Get(0, "default_value", "") : value,
            "length" or "count" => Length(value, call.Allow()),
            "tojson" => JsonWriter.Write(_budget, value, call),
            "string" => _printer.Text(value),
            "safe" => value,
            "int" => NumberFilters.ToWhole(value, call.Allow("default", "base")),
            "float" => NumberFilters.ToReal(value, call.Allow("default")),
            "abs" => NumberFilters.Absolute(value, call.Allow()),
            "round" => NumberFilters.Round(value, call.Allow("precision", "method")),
            "attr" => Attribute(value, call.Allow("name").Text(0, "name")),
            "first" => _operations.Iterate(value) is [var first, ..] ? first : new Undefined("No first item, sequence was empty."),
            "last" => Last(value),
            "list" => Sequence.List(_operations.Iterate(value)),
            "items" => Items(value),
            "reverse" => value is string text ? Reversed(text) : Sequence.Generator([.. _operations.Iterate(value).Reverse()]),
            "batch" or "slice" or "dictsort" or "groupby" or "map" or "select" or "reject" or "selectattr" or "rejectattr" or "sort" or "unique"
                or "sum" or "min" or "max" => _lists.Apply(name, value, call),
            _ => _texts.Apply(name, value, call),
        };
    }

    private long Length(object? value, Arguments _) => value switch
    {
        string text => Texts.Length(_operations.Charged(text)),
        Sequence { Kind: not SequenceKind.Generator } sequence => sequence.Items.Count,
        Mapping mapping => mapping.Items.Count,
        Undefined => 0,
        _ => throw new JinjaException($"length: {Kinds.Of(value)} has no length"),
    };

    private object? Attribute(object? value, string name) => _members.Attribute(value, name) is var found && value is Mapping && found is not Callable
        ? new Undefined($"'dict object' has no attribute '{name}'") : found;

    private object? Last(object? value) => value is Sequence { Kind: SequenceKind.Generator }
        ? throw new JinjaException("last: a generator has no last element; put '| list' before it")
        : _operations.Iterate(value) is [.., var last] ? last : new Undefined("No last item, sequence was empty.");

    private Sequence Items(object? value) => value switch
    {
        Undefined => Sequence.Generator([]),
        Mapping mapping => Sequence.Generator(
            [.. _operations.Iterate(mapping).Zip(mapping.Items, (key, item) => (object?)Sequence.Tuple(key, item.Value))]),
        _ => throw new JinjaException($"items: {Kinds.Of(value)} is no dictionary"),
    };

    private string Reversed(string text)
    {
        return string.Concat(_operations.Iterate(text).Reverse());
    }
}
