using System.Diagnostics;

namespace Cohort.Tokenization.Jinja;

/// <summary>Truth, equality, order, iteration and arithmetic of values, as Python has them.</summary>
internal sealed class Operations(Budget budget)
{
    /// <summary>Whether a value counts as true.</summary>
    public static bool IsTrue(object? value) => value switch
    {
        null or Undefined => false,
        bool flag => flag,
        long whole => whole != 0,
        double real => real != 0,
        string text => text.Length > 0,
        Sequence { Kind: not SequenceKind.Generator } sequence => sequence.Items.Count > 0,
        Mapping mapping => mapping.Items.Count > 0,
        _ => true,
    };

    /// <summary>value == other.</summary>
    public bool AreEqual(object? left, object? right)
    {
        budget.Step();
        Budget.RequireStack();
        if (left is long first && right is long second)
            return first == second;
        if (Numbers.Of(left) is { } a && Numbers.Of(right) is { } b)
            return a == b;
        return (left, right) switch
        {
            (null, null) => true,
            (string x, string y) => AreSame(x, y),
            (Undefined, Undefined) => true,
            (Sequence { Kind: SequenceKind.List or SequenceKind.Tuple } x, Sequence y) =>
                x.Kind == y.Kind && x.Items.Count == y.Items.Count && x.Items.Zip(y.Items).All(pair => AreEqual(pair.First, pair.Second)),
            (Mapping x, Mapping y) => x.Items.Count == y.Items.Count
                && x.Items.All(item => TryGet(y, Mapping.Value(item.Key), out var other) && AreEqual(item.Value, other)),
            _ => ReferenceEquals(left, right) && left is not null,
        };
    }

    /// <summary>Less than 0, 0, or more where left stands before, beside or behind right.</summary>
    public int Compare(object? left, object? right, string comparator = "<")
    {
        budget.Step();
        Budget.RequireStack();
        if (left is long first && right is long second)
            return first.CompareTo(second);
        if (Numbers.Of(left) is { } a && Numbers.Of(right) is { } b)
            return a < b ? -1 : a > b ? 1 : 0;
        return (left, right) switch
        {
            (string x, string y) => CompareTexts(x, y),
            (Sequence { Kind: SequenceKind.List or SequenceKind.Tuple } x, Sequence y) when x.Kind == y.Kind => CompareItems(x.Items, y.Items),
            (Undefined undefined, _) => throw undefined.Error(),
            (_, Undefined undefined) => throw undefined.Error(),
            _ => throw new JinjaException($"'{comparator}' cannot compare {Kinds.Of(left)} with {Kinds.Of(right)}"),
        };
    }

    /// <summary>first op second.</summary>
    public bool Holds(string comparator, object? left, object? right) => comparator switch
    {
        "==" => AreEqual(left, right),
        "!=" => !AreEqual(left, right),
        "in" => Contains(right, left),
        "not in" => !Contains(right, left),
        _ when IsNotANumber(left, right) => false,
        "<" => Compare(left, right, comparator) < 0,
        "<=" => Compare(left, right, comparator) <= 0,
        ">" => Compare(left, right, comparator) > 0,
        ">=" => Compare(left, right, comparator) >= 0,
        _ => throw new UnreachableException(),
    };

    /// <summary>item in container.</summary>
    public bool Contains(object? container, object? item) => (container, item) switch
    {
        (string text, string part) => HoldsPart(text, part),
        (string, Undefined undefined) => throw undefined.Error(),
        (string, _) => throw new JinjaException($"'in' needs a string to look for in a string, not {Kinds.Of(item)}"),
        (Mapping mapping, _) => item is not Undefined && TryGet(mapping, item, out var _),
        _ => Iterate(container).Any(element => AreEqual(element, item)),
    };

    /// <summary>The elements of a value: of a string its characters, of a dictionary its keys.</summary>
    public IReadOnlyList<object?> Iterate(object? value)
    {
        budget.List(value switch
        {
            Sequence sequence => sequence.Items.Count,
            Mapping mapping => mapping.Items.Count,
            string text => text.Length,
            _ => 0,
        });
        return value switch
        {
            Sequence sequence => sequence.Iterate(),
            Mapping mapping => [.. mapping.Items.Select(item => Mapping.Value(item.Key))],
            string text => Texts.Characters(text),
            Undefined => [],
            _ => throw new JinjaException($"{Kinds.Of(value)} is not iterable"),
        };
    }

    /// <summary>A stable sort in both directions, as Python's is.</summary>
    public T[] Sorted<T>(IEnumerable<T> items, Func<T, object?> key, bool reverse = false)
    {
        var order = Comparer<object?>.Create((x, y) => Compare(x, y));
        try
        {
            return reverse ? [.. items.OrderByDescending(key, order)] : [.. items.OrderBy(key, order)];
        }
        catch (InvalidOperationException error) when (error.InnerException is JinjaException inner)
        {
            throw inner;
        }
    }

    /// <summary>A text that is gone through.</summary>
    public string Charged(string text)
    {
        budget.Text(text.Length);
        return text;
    }

    /// <summary>Arithmetic of two values.</summary>
    public object? Binary(string operation, object? left, object? right)
    {
        if ((left as Undefined ?? right as Undefined) is { } undefined)
            throw undefined.Error();
        try
        {
            return operation switch
            {
                "+" => Add(left, right),
                "*" => Multiply(left, right),
                "%" when left is string format => new PercentFormat(budget).Format(format, right),
                _ => Calculate(operation, left, right),
            };
        }
        catch (OverflowException)
        {
            throw new JinjaException($"the result of '{operation}' does not fit 64 bits");
        }
    }

    /// <summary>A value with a sign.</summary>
    public static object? Signed(string sign, object? value) => (sign, value) switch
    {
        (_, Undefined undefined) => throw undefined.Error(),
        ("-", double real) => (object)-real,
        ("+", double real) => real,
        _ when Numbers.Whole(value) is { } whole && whole != long.MinValue => sign == "-" ? -whole : whole,
        _ => throw new JinjaException($"{Kinds.Of(value)} cannot have the sign '{sign}'"),
    };

    private static bool IsNotANumber(object? left, object? right) =>
        Numbers.Of(left) is { } a && Numbers.Of(right) is { } b && (double.IsNaN(a) || double.IsNaN(b));

    private bool AreSame(string x, string y)
    {
        budget.Text(x.Length == y.Length ? x.Length : 0);
        return x == y;
    }

    private int CompareTexts(string x, string y)
    {
        budget.Text(Math.Min(x.Length, y.Length));
        return Texts.Compare(x, y);
    }

    private bool HoldsPart(string text, string part)
    {
        budget.Search(text, part);
        return text.Contains(part, StringComparison.Ordinal);
    }

    private bool TryGet(Mapping mapping, object? key, out object? value)
    {
        budget.Key(key);
        return mapping.TryGet(key, out value);
    }

    private int CompareItems(IReadOnlyList<object?> left, IReadOnlyList<object?> right)
    {
        for (var i = 0; i < Math.Min(left.Count, right.Count); i++)
            if (!AreEqual(left[i], right[i]))
                return Compare(left[i], right[i]);
        return left.Count.CompareTo(right.Count);
    }

    private object? Add(object? left, object? right)
    {
        switch (left, right)
        {
            case (string x, string y):
                budget.Text((long)x.Length + y.Length);
                return x + y;
            case (Sequence { Kind: SequenceKind.List or SequenceKind.Tuple } x, Sequence y) when x.Kind == y.Kind:
                budget.List((long)x.Items.Count + y.Items.Count);
                return new Sequence([.. x.Items, .. y.Items], x.Kind);
            default:
                return Calculate("+", left, right);
        }
    }

    private object? Multiply(object? left, object? right)
    {
        var (repeated, count) = left is string or Sequence ? (left, Numbers.Whole(right)) : (right, Numbers.Whole(left));
        var times = Math.Clamp(count ?? 0, 0, Budget.LongestText + 1);
        switch (repeated)
        {
            case string text when count is not null:
                budget.Text(text.Length * times);
                return string.Concat(Enumerable.Repeat(text, text.Length == 0 ? 0 : (int)times));
            case Sequence { Kind: SequenceKind.List or SequenceKind.Tuple } list when count is not null:
                budget.List(list.Items.Count * times);
                return new Sequence([.. Enumerable.Repeat(list.Items, list.Items.Count == 0 ? 0 : (int)times).SelectMany(x => x)], list.Kind);
            default:
                return Calculate("*", left, right);
        }
    }

    private static object Calculate(string operation, object? left, object? right)
    {
        if (Numbers.Of(left) is not { } a || Numbers.Of(right) is not { } b)
            throw new JinjaException($"'{operation}' cannot take {Kinds.Of(left)} and {Kinds.Of(right)}");
        if (b == 0 && (operation is "/" or "//" or "%"))
            throw new JinjaException($"'{operation}' divides by zero");
        return Numbers.Whole(left) is { } x && Numbers.Whole(right) is { } y ? Whole(operation, x, y) : Real(operation, a, b);
    }

    private static object Whole(string operation, long x, long y) => operation switch
    {
        "+" => (object)checked(x + y),
        "-" => (object)checked(x - y),
        "*" => (object)checked(x * y),
        "/" => (object)((double)x / y),
        "//" => (object)(checked(x / y) - (x % y != 0 && (x < 0) != (y < 0) ? 1 : 0)),
        "%" => (object)(y == -1 ? 0L : x % y is var rest && rest != 0 && (rest < 0) != (y < 0) ? rest + y : x % y),
        "**" => y < 0 ? (object)Math.Pow(x, y) : WholePower(x, y),
        _ => throw new UnreachableException(),
    };

    private static object Real(string operation, double x, double y) => operation switch
    {
        "+" => (object)(x + y),
        "-" => (object)(x - y),
        "*" => (object)(x * y),
        "/" => (object)(x / y),
        "//" => (object)(Math.Floor((x - Modulo(x, y)) / y + 0.5)),
        "%" => (object)Modulo(x, y),
        "**" => (object)(Math.Pow(x, y) is var power && !double.IsNaN(power) ? power : throw new JinjaException("'**' has no real result")),
        _ => throw new UnreachableException(),
    };

    private static double Modulo(double x, double y) => x % y is var rest && rest != 0 && (rest < 0) != (y < 0) ? rest + y : x % y;

    private static long WholePower(long x, long y)
    {
        if (x is 0 or 1 or -1)
            return y == 0 ? 1 : x == -1 ? (y % 2 == 0 ? 1 : -1) : x;
        long power = 1;
        for (; y > 0; y--)
            power = checked(power * x);
        return power;
    }
}
