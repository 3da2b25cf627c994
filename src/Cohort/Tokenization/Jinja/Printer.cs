using System.Globalization;
using System.Text;

namespace Cohort.Tokenization.Jinja;

/// <summary>Values as Python's str and repr write them.</summary>
internal sealed class Printer(Budget budget)
{
    /// <summary>What printing a value gives: nothing for what is undefined.</summary>
    public string Text(object? value) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Quoted(value),
    };

    /// <summary>A value as it stands inside a printed list.</summary>
    public string Quoted(object? value)
    {
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    private void Append(StringBuilder text, object? value)
    {
        Budget.RequireStack();
        budget.Step();
        budget.Grow(text.Length, 0);
        switch (value)
        {
            case null:
                text.Append("None");
                break;
            case bool flag:
                text.Append(flag ? "True" : "False");
                break;
            case long whole:
                text.Append(whole.ToString(CultureInfo.InvariantCulture));
                break;
            case double real:
                text.Append(Texts.Of(real));
                break;
            case string inner:
                AppendQuoted(text, inner);
                break;
            case Undefined:
                text.Append("Undefined");
                break;
            case Sequence { Kind: SequenceKind.List } list:
                AppendAll(text, "[", list.Items, "]");
                break;
            case Sequence { Kind: SequenceKind.Tuple } tuple:
                AppendAll(text, "(", tuple.Items, tuple.Items.Count == 1 ? ",)" : ")");
                break;
            case Mapping mapping:
                AppendMapping(text, mapping);
                break;
            default:
                throw new JinjaException($"{Kinds.Of(value)} cannot be printed; where it has elements, put '| list' behind it");
        }
    }

    private void AppendAll(StringBuilder text, string open, IReadOnlyList<object?> items, string close)
    {
        text.Append(open);
        for (var i = 0; i < items.Count; i++)
        {
            text.Append(i > 0 ? ", " : "");
            Append(text, items[i]);
        }

        text.Append(close);
    }

    private void AppendMapping(StringBuilder text, Mapping mapping)
    {
        text.Append('{');
        foreach (var (index, (key, value)) in mapping.Items.Index())
        {
            text.Append(index > 0 ? ", " : "");
            Append(text, Mapping.Value(key));
            text.Append(": ");
            Append(text, value);
        }

        text.Append('}');
    }

    private void AppendQuoted(StringBuilder text, string inner)
    {
        budget.Grow(text.Length, inner.Length);
        var quote = inner.Contains('\'', StringComparison.Ordinal) && !inner.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        text.Append(quote);
        foreach (var rune in inner.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\\' => text.Append("\\\\"),
                ContentMark.Character => text.Append(ContentMark.Character),
                _ when rune.Value == quote => text.Append('\\').Append(quote),
                _ when IsPrintable(rune) => text.Append(rune.ToString()),
                < 0x100 => text.Append(CultureInfo.InvariantCulture, $"\\x{rune.Value:x2}"),
                < 0x10000 => text.Append(CultureInfo.InvariantCulture, $"\\u{rune.Value:x4}"),
                _ => text.Append(CultureInfo.InvariantCulture, $"\\U{rune.Value:x8}"),
            };
        }

        text.Append(quote);
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
        or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
        or UnicodeCategory.SpaceSeparator);
}
