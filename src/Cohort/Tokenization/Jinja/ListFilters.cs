using System.Diagnostics;

namespace Cohort.Tokenization.Jinja;

/// <summary>Filters that go through elements.</summary>
internal sealed class ListFilters(Budget budget, Operations operations, Members members, Filters filters)
{
    private readonly Paths _paths = new(members);
    private readonly Tests _tests = new(operations);

    /// <summary>What a filter makes of the elements of a value.</summary>
    public object? Apply(string name, object? value, Arguments call) => name switch
    {
        "map" => Operations.IsTrue(value) ? Map(operations.Iterate(value), call) : Sequence.Generator([]),
        "select" or "reject" => Select(value, call, name == "select", path: null),
        "selectattr" or "rejectattr" => Select(
            value, call, name == "selectattr", call.Positional is [var path, ..] ? path : throw new JinjaException($"{name} needs an attribute")),
        "sort" => Sort(operations.Iterate(value), call.Allow("reverse", "case_sensitive", "attribute")),
        "unique" => Unique(operations.Iterate(value), call.Allow("case_sensitive", "attribute")),
        "min" or "max" => Extreme(operations.Iterate(value), call.Allow("case_sensitive", "attribute"), name == "min" ? 1 : -1),
        "sum" => Sum(operations.Iterate(value), call.Allow("attribute", "start")),
        "dictsort" => SortPairs(value as Mapping, call.Allow("case_sensitive", "by", "reverse")),
        "groupby" => Group(operations.Iterate(value), call.Allow("attribute", "default", "case_sensitive")),
        "batch" => Batch(operations.Iterate(value), call.Allow("linecount", "fill_with")),
        "slice" => Slice(operations.Iterate(value), call.Allow("slices", "fill_with")),
        _ => throw new UnreachableException(),
    };

    private Sequence Map(IReadOnlyList<object?> items, Arguments call)
    {
        if (call.Positional.Count == 0 && call.Named.TryGetValue("attribute", out var attribute))
            return Sequence.Generator([.. items.Select(_paths.Getter(attribute, call.Named.GetValueOrDefault("default")))]);
        if (call.Positional is not [string filter, ..])
            throw new JinjaException("map needs a filter's name, or attribute=...");
        if (!Filters.Contains(filter))
            throw new JinjaException($"the filter '{filter}' is not supported");
        var inner = new Arguments(filter, [.. call.Positional.Skip(1)], call.Named);
        return Sequence.Generator([.. items.Select(item => filters.Apply(filter, item, inner))]);
    }

    private object? Sum(IReadOnlyList<object?> items, Arguments call)
    {
        var start = call.Get(1, "start", 0L);
        if (start is string)
            throw new JinjaException("sum: strings are not summed; use join");
        return items.Select(_paths.Getter(call.Get(0, "attribute"))).Aggregate(start, (sum, item) => operations.Binary("+", sum, item));
    }

    private Sequence Select(object? value, Arguments call, bool keeps, object? path)
    {
        if (!Operations.IsTrue(value))
            return Sequence.Generator([]);
        var rest = call.Positional.Skip(path is null ? 0 : 1).ToArray();
        var getter = _paths.Getter(path);
        Func<object?, bool> holds = Operations.IsTrue;
        if (rest.Length > 0)
        {
            var test = rest[0] as string ?? throw new JinjaException($"{call.Function} needs a test's name");
            if (!Tests.Contains(test))
                throw new JinjaException($"the test '{test}' is not supported");
            var arguments = new Arguments(test, rest[1..], call.Named);
            holds = item => _tests.Holds(test, item, arguments);
        }

        return Sequence.Generator([.. operations.Iterate(value).Where(item => holds(getter(item)) == keeps)]);
    }

    private Sequence Sort(IReadOnlyList<object?> items, Arguments call)
    {
        var paths = call.Get(2, "attribute") is string several ? several.Split(',').Cast<object?>() : [call.Get(2, "attribute")];
        Func<object?, object?>[] getters = [.. paths.Select(path => _paths.Getter(path))];
        var folded = !call.Flag(1, "case_sensitive");
        return Sequence.List(operations.Sorted(
            items, item => Sequence.List([.. getters.Select(getter => Folded(getter(item), folded))]), call.Flag(0, "reverse")));
    }

    private Sequence SortPairs(Mapping? mapping, Arguments call)
    {
        var pairs = (mapping ?? throw new JinjaException("dictsort needs a dictionary")).Items
            .Select(item => (object?)Sequence.Tuple(Mapping.Value(item.Key), item.Value)).ToArray();
        var by = call.Has(1, "by") ? call.Text(1, "by") : "key";
        var index = by is "key" or "value" ? by == "key" ? 0 : 1 : throw new JinjaException($"dictsort: 'by' is '{by}', not 'key' or 'value'");
        var folded = !call.Flag(0, "case_sensitive");
        return Sequence.List(operations.Sorted(pairs, pair => Folded(((Sequence)pair!).Items[index], folded), call.Flag(2, "reverse")));
    }

    private Sequence Unique(IReadOnlyList<object?> items, Arguments call)
    {
        var getter = _paths.Getter(call.Get(1, "attribute"));
        var folded = !call.Flag(0, "case_sensitive");
        var seen = new Mapping();
        var unique = new List<object?>();
        foreach (var item in items)
        {
            var key = Folded(getter(item), folded);
            budget.Key(key);
            if (seen.TryGet(key, out var _))
                continue;
            seen.Set(key, null);
            unique.Add(item);
        }

        return Sequence.Generator(unique);
    }

    private object? Extreme(IReadOnlyList<object?> items, Arguments call, int sign)
    {
        if (items.Count == 0)
            return new Undefined("No aggregated item, sequence was empty.");
        var getter = _paths.Getter(call.Get(1, "attribute"));
        var folded = !call.Flag(0, "case_sensitive");
        return items.Aggregate((best, item) =>
            sign * operations.Compare(Folded(getter(item), folded), Folded(getter(best), folded)) < 0 ? item : best);
    }

    private Sequence Group(IReadOnlyList<object?> items, Arguments call)
    {
        var getter = _paths.Getter(call.Required(0, "attribute"), call.Get(1, "default"));
        var folded = !call.Flag(2, "case_sensitive");
        var groups = new List<object?>();
        var members = new List<object?>();
        foreach (var item in operations.Sorted(items, item => Folded(getter(item), folded), reverse: false))
        {
            if (members.Count > 0 && !operations.AreEqual(Folded(getter(members[0]), folded), Folded(getter(item), folded)))
            {
                groups.Add(Sequence.Tuple(getter(members[0]), Sequence.List(members)));
                members = [];
            }

            members.Add(item);
        }

        if (members.Count > 0)
            groups.Add(Sequence.Tuple(getter(members[0]), Sequence.List(members)));
        return Sequence.List(groups);
    }

    private Sequence Batch(IReadOnlyList<object?> items, Arguments call)
    {
        var size = call.Whole(0, "linecount", 0);
        if (size < 1)
            throw new JinjaException($"batch: the size is {size}; it must be at least 1");
        var batches = new List<object?>();
        for (var at = 0L; at < items.Count; at += size)
        {
            var batch = items.Skip((int)at).Take((int)Math.Min(size, items.Count - at)).ToList();
            if (call.Get(1, "fill_with") is { } filler)
            {
                budget.List(size);
                batch.AddRange(Enumerable.Repeat((object?)filler, (int)size - batch.Count));
            }

            batches.Add(Sequence.List(batch));
        }

        return Sequence.Generator(batches);
    }

    private Sequence Slice(IReadOnlyList<object?> items, Arguments call)
    {
        var count = call.Whole(0, "slices", 0);
        if (count < 1)
            throw new JinjaException($"slice: the number is {count}; it must be at least 1");
        budget.List(count);
        var (size, longer) = Math.DivRem(items.Count, (int)count);
        var (slices, at) = (new List<object?>(), 0);
        for (var i = 0; i < count; i++)
        {
            var length = size + (i < longer ? 1 : 0);
            var slice = items.Skip(at).Take(length).ToList();
            if (call.Get(1, "fill_with") is { } filler && i >= longer)
                slice.Add(filler);
            slices.Add(Sequence.List(slice));
            at += length;
        }

        return Sequence.Generator(slices);
    }

    private static object? Folded(object? value, bool folded) => folded && value is string text ? Texts.Lower(text) : value;
}
