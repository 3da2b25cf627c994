using System.Globalization;
using System.Text;

namespace Cohort.Tokenization.Jinja;

/// <summary>The filter tojson of chat templates, which is Python's json.dumps with non-ASCII characters left as they are.</summary>
internal sealed class JsonWriter(Budget budget, bool ascii, string? indent, string between, string behindKey, bool sorted)
{
    private readonly StringBuilder _text = new();
    private int _depth;

    /// <summary>A value as JSON, with the filter's arguments.</summary>
    public static string Write(Budget budget, object? value, Arguments arguments)
    {
        arguments.Allow("ensure_ascii", "indent", "separators", "sort_keys");
        var indent = arguments.Get(1, "indent") switch
        {
            null => null,
            string text => text,
            var width => new string(' ', (int)Math.Clamp(arguments.With([width]).Whole(0, "indent", 0), 0, 1000)),
        };
        var (between, behindKey) = (indent is null ? ", " : ",", ": ");
        if (arguments.Get(2, "separators") is Sequence { Items: [string first, string second] })
            (between, behindKey) = (first, second);
        else if (arguments.Get(2, "separators") is not null)
            throw new JinjaException("tojson: 'separators' must be two strings");

        var writer = new JsonWriter(budget, arguments.Flag(0, "ensure_ascii"), indent, between, behindKey, arguments.Flag(3, "sort_keys"));
        writer.Append(value);
        return writer._text.ToString();
    }

    private void Append(object? value)
    {
        Budget.RequireStack();
        budget.Step();
        budget.Grow(_text.Length, 0);
        switch (value)
        {
            case Mapping mapping:
                AppendAll('{', [.. Pairs(mapping).Select(pair => (Action)(() => AppendPair(pair.Key, pair.Value)))], '}');
                break;
            case Sequence { Kind: SequenceKind.List or SequenceKind.Tuple } list:
                AppendAll('[', [.. list.Items.Select(item => (Action)(() => Append(item)))], ']');
                break;
            case string text:
                AppendText(text);
                break;
            default:
                _text.Append(Scalar(value) ?? throw new JinjaException($"{Kinds.Of(value)} cannot be written as JSON"));
                break;
        }
    }

    private static string? Scalar(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        long whole => whole.ToString(CultureInfo.InvariantCulture),
        double real when double.IsFinite(real) => Texts.Of(real),
        double real => double.IsNaN(real) ? "NaN" : real > 0 ? "Infinity" : "-Infinity",
        _ => null,
    };

    private IEnumerable<(object? Key, object? Value)> Pairs(Mapping mapping)
    {
        var pairs = mapping.Items.Select(item => (Key: Mapping.Value(item.Key), item.Value));
        var operations = new Operations(budget);
        return sorted ? operations.Sorted(pairs, pair => pair.Key) : pairs;
    }

    private void AppendPair(object? key, object? value)
    {
        AppendText(key as string ?? Scalar(key)!);
        _text.Append(behindKey);
        Append(value);
    }

    private void AppendAll(char open, Action[] items, char close)
    {
        _text.Append(open);
        _depth++;
        foreach (var (index, item) in items.Index())
        {
            _text.Append(index > 0 ? between : "");
            BreakLine();
            item();
        }

        _depth--;
        if (items.Length > 0)
            BreakLine();
        _text.Append(close);
    }

    private void BreakLine()
    {
        if (indent is null)
            return;
        budget.Grow(_text.Length, (long)indent.Length * _depth);
        _text.Append('\n').Insert(_text.Length, indent, _depth);
    }

    private void AppendText(string text)
    {
        budget.Grow(_text.Length, text.Length);
        _text.Append('"');
        foreach (var unit in text)
        {
            _ = unit switch
            {
                '"' => _text.Append("\\\""),
                '\\' => _text.Append("\\\\"),
                '\n' => _text.Append("\\n"),
                '\r' => _text.Append("\\r"),
                '\t' => _text.Append("\\t"),
                '\b' => _text.Append("\\b"),
                '\f' => _text.Append("\\f"),
                ContentMark.Character => _text.Append(unit),
                < ' ' => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                > '~' when ascii => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}"),
                _ => _text.Append(unit),
            };
        }

        _text.Append('"');
    }
}
