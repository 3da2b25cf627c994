using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Cohort.Tokenization.Jinja;

/// <summary>Python's formatting with '%': the conversions s, r, d, i, u, f, e, x, X, o and %%, with flags, width and precision.</summary>
internal sealed partial class PercentFormat(Budget budget)
{
    private readonly Printer _printer = new(budget);

    /// <summary>format % values.</summary>
    /// <param name="format">The format.</param>
    /// <param name="values">A tuple of values, a dictionary for %(name)s, or one value.</param>
    public string Format(string format, object? values)
    {
        var queue = values is Sequence { Kind: SequenceKind.Tuple } tuple ? tuple.Items : [values];
        var next = 0;
        var text = new StringBuilder();
        var rest = 0;
        for (var at = format.IndexOf('%', StringComparison.Ordinal); at >= 0; at = format.IndexOf('%', rest))
        {
            text.Append(format, rest, at - rest);
            if (Conversion().Match(format, at) is not { Success: true } match)
                throw new JinjaException("'%': this conversion is not supported; use %s, %r, %d, %i, %f, %e, %x, %X, %o or %%");
            rest = at + match.Length;
            if (match.Groups["kind"].Value == "%")
                text.Append('%');
            else
                text.Append(Allowed(Converted(match, match.Groups["name"] is { Success: true } name ? Named(name.Value) : Next())));
        }

        if (next < queue.Count && values is Sequence { Kind: SequenceKind.Tuple })
            throw new JinjaException("'%': not all values were used by the format");
        if (next == 0 && values is not (Mapping or Sequence { Kind: SequenceKind.Tuple }))
            throw new JinjaException("'%': not all values were used by the format");
        return text.Append(format, rest, format.Length - rest).ToString();

        string Allowed(string part)
        {
            budget.Step();
            budget.Grow(text.Length, part.Length);
            return part;
        }

        object? Next() => next < queue.Count ? queue[next++] : throw new JinjaException("'%': there are fewer values than the format needs");

        object? Named(string name) => values is not Mapping mapping ? throw new JinjaException("'%': the format needs a dictionary")
            : mapping.TryGet(name, out var value) ? value : throw new JinjaException($"'%': the dictionary has no '{name}'");
    }

    private string Converted(Match match, object? value)
    {
        var (flags, kind) = (match.Groups["flags"].Value, match.Groups["kind"].Value[0]);
        var width = int.TryParse(match.Groups["width"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var w) ? w : 0;
        int? precision = match.Groups["precision"] is { Success: true } p ? int.TryParse(p.Value, CultureInfo.InvariantCulture, out var q) ? q : 0 : null;
        budget.Text(width + (long)(precision ?? 0));
        var body = kind switch
        {
            's' => Cut(_printer.Text(value)),
            'r' => Cut(_printer.Quoted(value)),
            'd' or 'i' or 'u' => Signed(flags, Truncated(value) < 0, Math.Abs((decimal)Truncated(value)).ToString("0", CultureInfo.InvariantCulture)),
            'x' => Signed(flags, Truncated(value) < 0, Math.Abs(Truncated(value)).ToString("x", CultureInfo.InvariantCulture)),
            'X' => Signed(flags, Truncated(value) < 0, Math.Abs(Truncated(value)).ToString("X", CultureInfo.InvariantCulture)),
            'o' => Signed(flags, Truncated(value) < 0, Convert.ToString(Math.Abs(Truncated(value)), 8)),
            'e' => Signed(flags, Real(value) < 0, Exponent(Math.Abs(Real(value)), precision ?? 6)),
            _ => Signed(flags, Real(value) < 0, Math.Abs(Real(value)).ToString("F" + Math.Min(precision ?? 6, 300), CultureInfo.InvariantCulture)),
        };
        if (flags.Contains('-', StringComparison.Ordinal))
            return body + new string(' ', Math.Max(0, width - Texts.Length(body)));
        var isNumber = kind is not ('s' or 'r');
        var sign = isNumber && body[0] is '-' or '+' or ' ' ? 1 : 0;
        var zeros = isNumber && flags.Contains('0', StringComparison.Ordinal);
        return body.Insert(zeros ? sign : 0, new string(zeros ? '0' : ' ', Math.Max(0, width - Texts.Length(body))));

        string Cut(string text) => precision is { } most ? Texts.Part(text, 0, most) : text;
    }

    private static string Signed(string flags, bool isNegative, string digits) =>
        (isNegative ? "-" : flags.Contains('+', StringComparison.Ordinal) ? "+" : flags.Contains(' ', StringComparison.Ordinal) ? " " : "") + digits;

    private static string Exponent(double value, int precision) =>
        value.ToString("0." + new string('0', Math.Min(precision, 300)) + "e+00", CultureInfo.InvariantCulture);

    private static double Real(object? value) =>
        Numbers.Of(value) ?? throw new JinjaException($"'%': the format needs a number, not {Kinds.Of(value)}");

    private static long Truncated(object? value) => Numbers.Whole(value) ?? (Real(value) is var real && Math.Abs(real) < 9e18
        ? (long)Math.Truncate(real) : throw new JinjaException("'%': the number does not fit 64 bits"));

    [GeneratedRegex(@"\G%(?:\((?<name>[^)]*)\))?(?<flags>[-+ 0#]*)(?<width>[0-9]{0,8})(?:\.(?<precision>[0-9]{0,8}))?(?<kind>[srdiufexXo%])")]
    private static partial Regex Conversion();
}
