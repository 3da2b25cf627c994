namespace Cohort.Tokenization.Jinja;

/// <summary>The functions that every chat template may call.</summary>
internal static class Globals
{
    private const long LongestRange = 100_000;

    /// <summary>Puts them into a scope.</summary>
    /// <param name="scope">The outermost one.</param>
    /// <param name="budget">Counts what they make.</param>
    /// <param name="time">What strftime_now reads, in local time.</param>
    public static void AddTo(Scope scope, Budget budget, TimeProvider time)
    {
        Add("range", call => Range(call, budget));
        Add("dict", call => Fill(new Mapping(), call, (mapping, key, value) => mapping.Set(key, value), budget));
        Add("namespace", call => Fill(new Namespace(), call, (variables, key, value) => variables.Attributes[Name(key)] = value, budget));
        Add("raise_exception", call => throw new JinjaException(call.Allow("message").Get(0, "message") as string ?? "no reason is given")
        {
            IsRaisedByTemplate = true,
        });
        Add("strftime_now", call => Strftime.Format(time.GetLocalNow().DateTime, call.Allow("format").Text(0, "format")));

        void Add(string name, Func<Arguments, object?> function) => scope.Set(name, new Callable(name, function));
    }

    private static Sequence Range(Arguments call, Budget budget)
    {
        var bounds = call.Allow("start", "stop", "step").Positional.Select((_, index) => call.Whole(index, "", 0)).ToArray();
        var (start, stop, step) = bounds switch
        {
            [var end] => (0L, end, 1L),
            [var from, var to] => (from, to, 1L),
            [var from, var to, var stride] when stride != 0 => (from, to, stride),
            _ => throw new JinjaException("range needs one to three whole numbers, and a step that is not 0"),
        };
        var count = step > 0 ? ((Int128)stop - start + step - 1) / step : ((Int128)start - stop - step - 1) / -(Int128)step;
        if (count > LongestRange)
            throw new JinjaException($"range: {count} numbers are too many; at most {LongestRange} are allowed");
        budget.List((long)Int128.Max(count, 0));
        return new([.. Enumerable.Range(0, (int)Int128.Max(count, 0)).Select(i => (object?)(start + (i * step)))], SequenceKind.Tuple);
    }

    private static string Name(object? key) => key as string ?? throw new JinjaException($"namespace: a name is {Kinds.Of(key)}; it must be a string");

    private static T Fill<T>(T target, Arguments call, Action<T, object?, object?> set, Budget budget)
    {
        foreach (var source in call.Positional)
            foreach (var (key, value) in (source as Mapping ?? throw new JinjaException($"{call.Function} needs a dictionary or named values")).Items)
            {
                budget.Step();
                budget.Key(key);
                set(target, Mapping.Value(key), value);
            }

        foreach (var (name, value) in call.Named)
            set(target, name, value);
        return target;
    }
}
