namespace Cohort.Tokenization.Jinja;

/// <summary>The variable "loop" of a for loop.</summary>
/// <param name="items">What is gone through.</param>
/// <param name="depth">How many recursive loops are around it, from 0.</param>
/// <param name="operations">Compares values for loop.changed.</param>
/// <param name="recurse">Renders the loop over other items.</param>
internal sealed class LoopState(IReadOnlyList<object?> items, int depth, Operations operations, Func<object?, string> recurse)
{
    private Sequence? _last;

    /// <summary>The index of the current item.</summary>
    public int Index { get; set; }

    /// <summary>Goes through the loop again with other items: loop(items).</summary>
    public string Recurse(object? others) => recurse(others);

    /// <summary>An attribute, or null where there is none of this name.</summary>
    public object? Attribute(string name) => name switch
    {
        "index" => (long)Index + 1,
        "index0" => (long)Index,
        "revindex" => (long)items.Count - Index,
        "revindex0" => (long)items.Count - Index - 1,
        "first" => Index == 0,
        "last" => Index == items.Count - 1,
        "length" => (long)items.Count,
        "depth" => (long)depth + 1,
        "depth0" => (long)depth,
        "previtem" => Index > 0 ? items[Index - 1] : new Undefined("there is no previous item"),
        "nextitem" => Index + 1 < items.Count ? items[Index + 1] : new Undefined("there is no next item"),
        "cycle" => new Callable(name, Cycle),
        "changed" => new Callable(name, call => Changed(call)),
        _ => null,
    };

    private object? Cycle(Arguments call) => call.Positional.Count > 0 ? call.Positional[Index % call.Positional.Count]
        : throw new JinjaException("loop.cycle needs values to go through");

    private bool Changed(Arguments call)
    {
        var now = Sequence.Tuple(call.Positional);
        var changed = _last is null || !operations.AreEqual(_last, now);
        _last = now;
        return changed;
    }
}
