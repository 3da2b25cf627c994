using System.Globalization;
using System.Text;

namespace Cohort.Tokenization.Jinja;

/// <summary>The methods of strings.</summary>
internal sealed class TextMethods(Budget budget, Operations operations, Printer printer)
{
    /// <summary>A method of a string, or null where it has none of this name.</summary>
    public Callable? Find(string text, string name)
    {
        Func<Arguments, object?>? method = name switch
        {
            "upper" => call => Texts.Upper(Self(call.Allow())),
            "lower" or "casefold" => call => Texts.Lower(Self(call.Allow())),
            "title" => call => Texts.Titled(Self(call.Allow())),
            "capitalize" => call => Texts.Capitalized(Self(call.Allow())),
            "swapcase" => call => string.Concat(Self(call.Allow()).Select(c => char.IsUpper(c) ? char.ToLowerInvariant(c) : char.ToUpperInvariant(c))),
            "strip" => call => Strip(text, call, left: true, right: true),
            "lstrip" => call => Strip(text, call, left: true, right: false),
            "rstrip" => call => Strip(text, call, left: false, right: true),
            "split" => call => Split(text, call, fromRight: false),
            "rsplit" => call => Split(text, call, fromRight: true),
            "splitlines" => call => Lines(Self(call.Allow("keepends")), call.Flag(0, "keepends")),
            "startswith" => call => HasEnd(text, call, (part, end) => part.StartsWith(end, StringComparison.Ordinal)),
            "endswith" => call => HasEnd(text, call, (part, end) => part.EndsWith(end, StringComparison.Ordinal)),
            "removeprefix" => call => call.Allow("prefix").Text(0, "prefix") is var p && Self(call).StartsWith(p, StringComparison.Ordinal) ? text[p.Length..] : text,
            "removesuffix" => call => call.Allow("suffix").Text(0, "suffix") is var s && Self(call).EndsWith(s, StringComparison.Ordinal) ? text[..^s.Length] : text,
            "replace" => call => Replace(text, call.Allow("old", "new", "count").Text(0, "old"), call.Text(1, "new"), call.Whole(2, "count", -1)),
            "join" => call => Join(text, operations.Iterate(call.Allow("iterable").Required(0, "iterable"))),
            "find" or "index" => call => Find(call, (part, sought) => part.IndexOf(sought, StringComparison.Ordinal)),
            "rfind" or "rindex" => call => Find(call, (part, sought) => part.LastIndexOf(sought, StringComparison.Ordinal)),
            "count" => call => Count(Part(text, call), call.Text(0, "sub")),
            "partition" => call => Partition(text, call, fromRight: false),
            "rpartition" => call => Partition(text, call, fromRight: true),
            "zfill" => call => Fill(text, call.Allow("width").Whole(0, "width", 0)),
            "ljust" => call => Pad(text, call, share: 0),
            "rjust" => call => Pad(text, call, share: 2),
            "center" => call => Pad(text, call, share: 1),
            "format" => call => Format(text, call),
            "isdigit" or "isdecimal" or "isnumeric" => call => All(Self(call), Rune.IsDigit),
            "isalpha" => call => All(Self(call), Rune.IsLetter),
            "isalnum" => call => All(Self(call), Rune.IsLetterOrDigit),
            "isspace" => call => Self(call).Length > 0 && text.All(Texts.IsSpace),
            "isupper" => call => Self(call).Any(char.IsUpper) && !text.Any(char.IsLower),
            "islower" => call => Self(call).Any(char.IsLower) && !text.Any(char.IsUpper),
            _ => null,
        };
        return method is null ? null : new Callable(name, method);

        string Self(Arguments call)
        {
            budget.Text(text.Length);
            return text;
        }

        object Find(Arguments call, Func<string, string, int> search)
        {
            var (part, sought) = (Part(text, call), call.Text(0, "sub"));
            budget.Search(part, sought);
            var at = Texts.IndexOf(part, search(part, sought));
            if (at < 0 && name.EndsWith("index", StringComparison.Ordinal))
                throw new JinjaException($"{name}: the text is not in the string");
            return at < 0 ? at : at + Texts.Bounds(Whole(call, 1), null, Texts.Length(text)).Start;
        }
    }

    /// <summary>Every old replaced by new, from the left, at most count times where count is not negative.</summary>
    public string Replace(string text, string old, string with, long count)
    {
        var most = count < 0 ? long.MaxValue : count;
        var found = Math.Min(most, old.Length == 0 ? text.Length + 1 : Count(text, old));
        budget.Text(text.Length + (found * with.Length));
        if (old.Length > 0 && found < most)
            return text.Replace(old, with, StringComparison.Ordinal);

        var result = new StringBuilder();
        var rest = 0;
        for (var at = 0; found > 0; found--)
        {
            if (old.Length > 0)
                at = text.IndexOf(old, rest, StringComparison.Ordinal);
            result.Append(text, rest, at - rest).Append(with);
            rest = at + old.Length;
            at += old.Length == 0 ? at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1 : 0;
            if (old.Length == 0 && at > text.Length)
                break;
        }

        return result.Append(text, rest, text.Length - rest).ToString();
    }

    /// <summary>Strings with a separator between them.</summary>
    public string Join(string separator, IReadOnlyList<object?> items)
    {
        var text = new StringBuilder();
        foreach (var (index, item) in items.Index())
        {
            var part = item switch
            {
                string given => given,
                Undefined undefined => throw undefined.Error(),
                _ => throw new JinjaException($"join: element {index} is {Kinds.Of(item)}; all must be strings"),
            };
            budget.Grow(text.Length, (long)part.Length + separator.Length);
            text.Append(index > 0 ? separator : "").Append(part);
        }

        return text.ToString();
    }

    /// <summary>Without the given characters, or without spaces, at its ends.</summary>
    public static string Strip(string text, string? characters, bool left = true, bool right = true)
    {
        var set = (characters ?? Texts.Spaces).EnumerateRunes().ToHashSet();
        var runes = text.EnumerateRunes().ToArray();
        var (from, to) = (0, runes.Length);
        while (left && from < to && set.Contains(runes[from]))
            from++;
        while (right && to > from && set.Contains(runes[to - 1]))
            to--;
        var before = runes.Take(from).Sum(rune => rune.Utf16SequenceLength);
        return text.Substring(before, runes[from..to].Sum(rune => rune.Utf16SequenceLength));
    }

    private string Strip(string text, Arguments call, bool left, bool right)
    {
        budget.Text(text.Length * 8L > Budget.LongestText ? text.Length : text.Length * 8L);
        return Strip(text, call.Allow("chars").OptionalText(0, "chars"), left, right);
    }

    private Sequence Split(string text, Arguments call, bool fromRight)
    {
        budget.Text(text.Length);
        var separator = call.Allow("sep", "maxsplit").OptionalText(0, "sep");
        var most = (int)Math.Clamp(call.Whole(1, "maxsplit", -1) is var given && given < 0 ? int.MaxValue - 1 : given, 0, int.MaxValue - 1);
        if (separator == "")
            throw new JinjaException("split: the separator is empty");
        budget.Search(text, separator ?? "");
        var parts = Splits.Of(text, separator, most, fromRight);
        budget.List(parts.Count);
        return Sequence.List([.. parts]);
    }

    private Sequence Lines(string text, bool keepEnds)
    {
        var lines = Texts.Lines(text, keepEnds);
        budget.List(lines.Count);
        return Sequence.List([.. lines]);
    }

    private static long? Whole(Arguments call, int index) =>
        call.Get(index, index == 1 ? "start" : "end") is null ? null : call.Whole(index, index == 1 ? "start" : "end", 0);

    private string Part(string text, Arguments call)
    {
        call.Allow("sub", "start", "end");
        budget.Text(text.Length);
        return call.Positional.Count < 2 ? text : Texts.Part(text, Whole(call, 1), Whole(call, 2));
    }

    private bool HasEnd(string text, Arguments call, Func<string, string, bool> matches)
    {
        var part = Part(text, call);
        return call.Required(0, "sub") is Sequence { Kind: SequenceKind.Tuple } several
            ? several.Items.Any(end => matches(part, call.With([end]).Text(0, "sub")))
            : matches(part, call.Text(0, "sub"));
    }

    private long Count(string text, string part)
    {
        budget.Search(text, part);
        if (part.Length == 0)
            return Texts.Length(text) + 1;
        long count = 0;
        for (var at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + part.Length, StringComparison.Ordinal))
            count++;
        return count;
    }

    private Sequence Partition(string text, Arguments call, bool fromRight)
    {
        var separator = call.Allow("sep").Text(0, "sep");
        if (separator == "")
            throw new JinjaException("partition: the separator is empty");
        budget.Search(text, separator);
        var at = fromRight ? text.LastIndexOf(separator, StringComparison.Ordinal) : text.IndexOf(separator, StringComparison.Ordinal);
        return at >= 0 ? Sequence.Tuple(text[..at], separator, text[(at + separator.Length)..])
            : fromRight ? Sequence.Tuple("", "", text) : Sequence.Tuple(text, "", "");
    }

    private string Fill(string text, long width)
    {
        budget.Text(width);
        var sign = text.Length > 0 && text[0] is '+' or '-' ? 1 : 0;
        return text.Insert(sign, new string('0', (int)Math.Max(0, width - Texts.Length(text))));
    }

    // Of two shares of the padding, how many stand before the text.
    private string Pad(string text, Arguments call, int share)
    {
        var width = call.Allow("width", "fillchar").Whole(0, "width", 0);
        var filler = call.Has(1, "fillchar") ? call.Text(1, "fillchar") : " ";
        if (filler.Length > 2 || Texts.Length(filler) != 1)
            throw new JinjaException($"{call.Function}: 'fillchar' has {Texts.Length(filler)} characters; it must be one");
        budget.Text(Math.Max(text.Length, width) * filler.Length);
        return Pad(text, width, filler, share);
    }

    /// <summary>A text in the middle of a width (share 1), at its end (2) or start (0).</summary>
    public static string Pad(string text, long width, string filler, int share)
    {
        var missing = (int)Math.Max(0, width - Texts.Length(text));
        var before = share == 1 ? (missing / 2) + (missing & (int)width & 1) : missing * share / 2;
        return string.Concat(Enumerable.Repeat(filler, before)) + text + string.Concat(Enumerable.Repeat(filler, missing - before));
    }

    private static object All(string text, Func<Rune, bool> holds) => text.Length > 0 && text.EnumerateRunes().All(holds);

    // str.format with {}, {0} and {name}; what stands behind a point, a bracket, a colon or an exclamation mark is not supported.
    private string Format(string text, Arguments call)
    {
        var result = new StringBuilder();
        var next = 0;
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] is '{' or '}' && at + 1 < text.Length && text[at + 1] == text[at])
            {
                result.Append(text[at++]);
            }
            else if (text[at] == '{')
            {
                var end = text.IndexOf('}', at);
                if (end < 0 || text.AsSpan(at, end - at).IndexOfAny(".[:!") >= 0)
                    throw new JinjaException("format: only {}, {0} and {name} are supported");
                result.Append(printer.Text(Field(text[(at + 1)..end])));
                at = end;
            }
            else
            {
                result.Append(text[at]);
            }

            budget.Step();
            budget.Grow(result.Length, 0);
        }

        return result.ToString();

        object? Field(string name) => name == "" ? call.Required(next++, name)
            : int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? call.Required(index, name)
            : call.Required(int.MaxValue, name);
    }
}
