namespace Cohort.Tokenization.Jinja;

/// <summary>
/// Attributes and elements of values, found as Jinja's immutable sandbox finds them: an attribute first and then a key for a.b, the other way round
/// for a[b]; nothing private, and no method that changes its owner.
/// </summary>
internal sealed class Members(Budget budget, Operations operations, Printer printer)
{
    private static readonly HashSet<string> Mutators =
    [
        "append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove", "popitem", "setdefault", "update",
    ];

    private readonly TextMethods _texts = new(budget, operations, printer);

    /// <summary>owner.name.</summary>
    public object? Attribute(object? owner, string name) =>
        TryAttribute(owner, name, out var value) || TryItem(owner, name, out value) ? value : Missing(owner, name);

    /// <summary>owner[key].</summary>
    public object? Item(object? owner, object? key) =>
        TryItem(owner, key, out var value) || (key is string name && TryAttribute(owner, name, out value)) ? value : Missing(owner, key);

    /// <summary>owner[start:stop:step].</summary>
    public object? Slice(object? owner, object? start, object? stop, object? step)
    {
        if (owner is Undefined undefined)
            throw undefined.Error();
        if (owner is string whole && Bound(step) is null or 1)
        {
            budget.Text(whole.Length);
            return Texts.Part(whole, Bound(start), Bound(stop));
        }

        var items = owner switch
        {
            string text => operations.Iterate(text),
            Sequence { Kind: SequenceKind.List or SequenceKind.Tuple } sequence => sequence.Items,
            _ => null,
        };
        if (items is null)
            return new Undefined($"{Kinds.Of(owner)} cannot be sliced");

        budget.List(items.Count);
        var part = Slices.Of(items, Bound(start), Bound(stop), Bound(step));
        return owner is string ? string.Concat(part) : new Sequence(part, ((Sequence)owner!).Kind);
    }

    private static long? Bound(object? value) => value is null ? null
        : Numbers.Whole(value) ?? throw new JinjaException($"a slice's bounds must be whole numbers, not {Kinds.Of(value)}");

    private bool TryAttribute(object? owner, string name, out object? value)
    {
        value = null;
        if (owner is Undefined undefined)
            throw undefined.Error();
        if (name.StartsWith("__", StringComparison.Ordinal) || (owner is Sequence or Mapping && Mutators.Contains(name)))
        {
            value = new Undefined($"access to the attribute '{name}' of {Kinds.Of(owner)} is not safe");
            return IsPython(owner, name);
        }

        value = owner switch
        {
            string text => _texts.Find(text, name),
            Mapping mapping => OfMapping(mapping, name),
            Sequence { Kind: SequenceKind.List or SequenceKind.Tuple } sequence => OfSequence(sequence, name),
            LoopState loop => loop.Attribute(name),
            _ => null,
        };
        return owner is Namespace variables ? variables.Attributes.TryGetValue(name, out value) : value is not null;
    }

    // Which of the unsafe names the owner really has: a dictionary has no append, and a key of this name is found.
    private static bool IsPython(object? owner, string name) => owner switch
    {
        Mapping => name is "clear" or "pop" or "popitem" or "setdefault" or "update" || name.StartsWith("__", StringComparison.Ordinal),
        Sequence { Kind: SequenceKind.List } => name is not ("popitem" or "setdefault" or "update"),
        _ => name.StartsWith("__", StringComparison.Ordinal),
    };

    private bool TryItem(object? owner, object? key, out object? value)
    {
        value = null;
        switch (owner)
        {
            case Undefined undefined:
                throw undefined.Error();
            case Mapping mapping:
                budget.Key(key);
                return key is null or string or bool or long or double && mapping.TryGet(key, out value);
            case Sequence { Kind: SequenceKind.List or SequenceKind.Tuple } sequence when Numbers.Whole(key) is { } index:
                index += index < 0 ? sequence.Items.Count : 0;
                value = index >= 0 && index < sequence.Items.Count ? sequence.Items[(int)index] : null;
                return index >= 0 && index < sequence.Items.Count;
            case string text when Numbers.Whole(key) is { } index:
                budget.Text(text.Length);
                index += index < 0 ? Texts.Length(text) : 0;
                value = index < 0 ? "" : Texts.Part(text, index, index == long.MaxValue ? index : index + 1);
                return value is not "";
            default:
                return false;
        }
    }

    private static Undefined Missing(object? owner, object? key) => new(owner switch
    {
        null => $"None has no attribute '{key}'",
        _ when key is string name => $"'{Kinds.Name(owner)} object' has no attribute '{name}'",
        _ => $"{Kinds.Name(owner)} object has no element {key ?? "None"}",
    });

    private Callable? OfMapping(Mapping mapping, string name) => name switch
    {
        "items" => View(name, mapping, item => Sequence.Tuple(Mapping.Value(item.Key), item.Value)),
        "keys" => View(name, mapping, item => Mapping.Value(item.Key)),
        "values" => View(name, mapping, item => item.Value),
        "get" => new(name, call => TryGet(mapping, call.Allow("key", "default").Required(0, "key"), out var value) ? value : call.Get(1, "default")),
        "copy" => new(name, call => Copy(mapping, call.Allow())),
        _ => null,
    };

    private bool TryGet(Mapping mapping, object? key, out object? value)
    {
        budget.Key(key);
        return mapping.TryGet(key, out value);
    }

    private Mapping Copy(Mapping mapping, Arguments _)
    {
        budget.List(mapping.Items.Count);
        var copy = new Mapping();
        foreach (var (key, value) in mapping.Items)
        {
            budget.Key(key);
            copy.Set(Mapping.Value(key), value);
        }

        return copy;
    }

    private Callable View(string name, Mapping mapping, Func<KeyValuePair<object, object?>, object?> element) => new(name, call =>
    {
        call.Allow();
        budget.List(mapping.Items.Count);
        return new Sequence([.. mapping.Items.Select(element)], SequenceKind.View);
    });

    private Callable? OfSequence(Sequence sequence, string name) => name switch
    {
        "count" => new(name, call => (long)sequence.Items.Count(item => operations.AreEqual(item, call.Allow("value").Required(0, "value")))),
        "index" => new(name, call => Index(sequence, call.Allow("value").Required(0, "value"))),
        "copy" when sequence.Kind == SequenceKind.List => new(name, call => Sequence.List(sequence.Items)),
        _ => null,
    };

    private long Index(Sequence sequence, object? wanted)
    {
        foreach (var (index, item) in sequence.Items.Index())
            if (operations.AreEqual(item, wanted))
                return index;
        throw new JinjaException("index: the value is not in the list");
    }
}
