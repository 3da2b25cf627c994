using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Cohort.Tokenization.Jinja;

/// <summary>Filters that make a text.</summary>
internal sealed partial class TextFilters(Budget budget, Operations operations, Printer printer)
{
    private readonly TextMethods _methods = new(budget, operations, printer);

    /// <summary>What a filter makes of a value, most often of its printed text.</summary>
    public object? Apply(string name, object? value, Arguments call)
    {
        var text = name is "join" or "indent" or "truncate" ? "" : printer.Text(value);
        budget.Text(text.Length);
        return name switch
        {
            "upper" => Texts.Upper(text),
            "lower" => Texts.Lower(text),
            "capitalize" => Texts.Capitalized(text),
            "title" => Titled(text),
            "trim" => TextMethods.Strip(text, call.Allow("chars").OptionalText(0, "chars")),
            "replace" => _methods.Replace(
                text, printer.Text(call.Allow("old", "new", "count").Required(0, "old")), printer.Text(call.Required(1, "new")), Count(call)),
            "join" => Join(value, call.Allow("d", "attribute")),
            "indent" => Indent(value, call.Allow("width", "first", "blank")),
            "center" => Center(text, call.Allow("width").Whole(0, "width", 80)),
            "truncate" => Truncate(Needed(name, value), call.Allow("length", "killwords", "end", "leeway")),
            "format" => new PercentFormat(budget).Format(text, call.Named.Count > 0 ? Named(call) : Sequence.Tuple(call.Positional)),
            "wordcount" => (long)Word().Count(text),
            "e" or "escape" or "forceescape" => Escaped(text),
            _ => throw new UnreachableException(),
        };
    }

    private static long Count(Arguments call) => call.Get(2, "count") is null ? -1 : call.Whole(2, "count", -1);

    private static Mapping Named(Arguments call)
    {
        var named = new Mapping();
        foreach (var (name, value) in call.Named)
            named.Set(name, value);
        return named;
    }

    private string Needed(string name, object? value) => value switch
    {
        string text => operations.Charged(text),
        Undefined undefined => throw undefined.Error(),
        _ => throw new JinjaException($"{name}: {Kinds.Of(value)} is no string"),
    };

    private string Join(object? value, Arguments call)
    {
        var items = operations.Iterate(value);
        if (call.Has(1, "attribute"))
            items = [.. items.Select(new Paths(new Members(budget, operations, printer)).Getter(call.Get(1, "attribute")))];
        var separator = printer.Text(call.Get(0, "d", ""));
        return _methods.Join(separator, [.. items.Select(item => (object?)printer.Text(item))]);
    }

    private string Indent(object? value, Arguments call)
    {
        var indent = call.Get(0, "width", 4L) is string given ? given : new string(' ', (int)Math.Clamp(call.Whole(0, "width", 4), 0, 10_000));
        var lines = Texts.Lines(Needed("indent", value) + "\n");
        budget.Text(((long)lines.Count * indent.Length) + lines.Sum(line => (long)line.Length));
        var blank = call.Flag(2, "blank");
        var text = new StringBuilder(call.Flag(1, "first") ? indent : "");
        foreach (var (index, line) in lines.Index())
            text.Append(index == 0 ? "" : blank || line.Length > 0 ? "\n" + indent : "\n").Append(line);
        return text.ToString();
    }

    private string Center(string text, long width)
    {
        budget.Text(width);
        return TextMethods.Pad(text, width, " ", share: 1);
    }

    private static string Truncate(string text, Arguments call)
    {
        var end = call.Has(2, "end") ? call.Text(2, "end") : "...";
        var (length, leeway) = (call.Whole(0, "length", 255), call.Get(3, "leeway") is null ? 5 : call.Whole(3, "leeway", 5));
        if (length < end.Length || leeway < 0)
            throw new JinjaException($"truncate: the length {length} must be at least that of '{end}', and the leeway {leeway} at least 0");
        if (Texts.Length(text) <= length + leeway)
            return text;
        var part = Texts.Part(text, 0, length - Texts.Length(end));
        var space = call.Flag(1, "killwords") ? -1 : part.LastIndexOf(' ');
        return (space < 0 ? part : part[..space]) + end;
    }

    private static string Titled(string text) =>
        string.Concat(WordBeginning().Split(text).Select(Texts.Capitalized));

    private static string Escaped(string text) => text
        .Replace("&", "&amp;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal)
        .Replace("'", "&#39;", StringComparison.Ordinal).Replace("\"", "&#34;", StringComparison.Ordinal);

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();

    [GeneratedRegex(@"([-\s({\[<]+)")]
    private static partial Regex WordBeginning();
}
