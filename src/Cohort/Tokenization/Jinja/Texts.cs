using System.Buffers;
using System.Globalization;
using System.Text;

namespace Cohort.Tokenization.Jinja;

/// <summary>Strings as Python sees them: rows of code points, with Python's idea of a space.</summary>
internal static class Texts
{
    /// <summary>The characters that Python's strip takes away.</summary>
    public const string Spaces =
        " \t\n\v\f\r\x1c\x1d\x1e\x1f\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    private static readonly SearchValues<char> LineEnds = SearchValues.Create("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029");
    private static readonly HashSet<char> SpaceSet = [.. Spaces];

    /// <summary>Whether Python calls the character a space.</summary>
    public static bool IsSpace(char character) => SpaceSet.Contains(character);

    /// <summary>Without spaces at the end.</summary>
    public static string TrimEnd(string text) => text.TrimEnd(Spaces.ToCharArray());

    /// <summary>Each character as a string.</summary>
    public static IReadOnlyList<object?> Characters(string text)
    {
        var characters = new List<object?>(text.Length);
        for (var at = 0; at < text.Length; at += Width(text, at))
            characters.Add(text.Substring(at, Width(text, at)));
        return characters;
    }

    /// <summary>The number of characters.</summary>
    public static int Length(string text)
    {
        var length = text.Length;
        for (var at = 1; at < text.Length; at++)
            if (char.IsSurrogatePair(text[at - 1], text[at]))
                length--;
        return length;
    }

    /// <summary>The index among characters of an index among UTF-16 units; -1 stays.</summary>
    public static long IndexOf(string text, int unit) => unit < 0 ? -1 : Length(text[..unit]);

    /// <summary>The part between two indices among characters, each of which may count from the end, as Python's slices do.</summary>
    public static string Part(string text, long? start, long? stop)
    {
        var (from, to) = Bounds(start, stop, Length(text));
        if (from >= to)
            return "";
        var first = Unit(text, 0, from);
        return text[first..Unit(text, first, to - from)];
    }

    // The index among UTF-16 units of what stands so many characters behind one.
    private static int Unit(string text, int at, int characters)
    {
        for (; characters > 0; characters--)
            at += Width(text, at);
        return at;
    }

    /// <summary>A slice's bounds within a length.</summary>
    public static (int Start, int Stop) Bounds(long? start, long? stop, int length)
    {
        return (Within(start ?? 0), Within(stop ?? length));

        int Within(long index) => (int)Math.Clamp(index < 0 ? index + length : index, 0, length);
    }

    /// <summary>Order by code points.</summary>
    public static int Compare(string left, string right)
    {
        for (var at = 0; at < Math.Min(left.Length, right.Length); at++)
        {
            if (left[at] == right[at])
                continue;
            var (x, y) = (char.IsSurrogate(left[at]), char.IsSurrogate(right[at]));
            return x == y ? left[at] - right[at] : x ? 1 : -1;
        }

        return left.Length - right.Length;
    }

    /// <summary>A float as Python writes it: the shortest digits that read back as the same number.</summary>
    public static string Of(double value)
    {
        if (!double.IsFinite(value))
            return double.IsNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
        var shortest = value.ToString("E16", CultureInfo.InvariantCulture);
        for (var precision = 0; precision < 17; precision++)
        {
            shortest = value.ToString("E" + precision, CultureInfo.InvariantCulture);
            if (double.Parse(shortest, CultureInfo.InvariantCulture).Equals(value))
                break;
        }

        var parts = shortest.Split('E');
        var (sign, digits) = (parts[0].StartsWith('-') ? "-" : "", parts[0].TrimStart('-').Replace(".", "", StringComparison.Ordinal));
        digits = digits.TrimEnd('0') is { Length: > 0 } some ? some : "0";
        var exponent = int.Parse(parts[1], CultureInfo.InvariantCulture);
        return sign + exponent switch
        {
            < -4 or >= 16 => Scientific(digits, exponent),
            < 0 => "0." + new string('0', -exponent - 1) + digits,
            _ when digits.Length <= exponent + 1 => digits.PadRight(exponent + 1, '0') + ".0",
            _ => digits[..(exponent + 1)] + "." + digits[(exponent + 1)..],
        };
    }

    /// <summary>Lines without what ends them, as Python's splitlines cuts.</summary>
    public static List<string> Lines(string text, bool keepEnds = false)
    {
        var lines = new List<string>();
        for (var start = 0; start < text.Length;)
        {
            var end = text.AsSpan(start).IndexOfAny(LineEnds) is var found and >= 0 ? start + found : text.Length;
            var next = end >= text.Length ? end : end + (text[end] == '\r' && end + 1 < text.Length && text[end + 1] == '\n' ? 2 : 1);
            lines.Add(text[start..(keepEnds ? next : end)]);
            start = next;
        }

        return lines;
    }

    /// <summary>Upper case; the sharp s becomes two letters, as Unicode's full mapping has it.</summary>
    public static string Upper(string text) => text.ToUpperInvariant().Replace("ß", "SS", StringComparison.Ordinal);

    /// <summary>Lower case.</summary>
    public static string Lower(string text) => text.ToLowerInvariant();

    /// <summary>The first character in upper case, the others in lower case.</summary>
    public static string Capitalized(string text) => text.Length == 0 ? "" : Upper(text[..Width(text, 0)]) + Lower(text[Width(text, 0)..]);

    /// <summary>Every word's first letter in upper case, where a word is a run of letters.</summary>
    public static string Titled(string text)
    {
        var title = new StringBuilder();
        var isInside = false;
        foreach (var rune in text.EnumerateRunes())
        {
            var letter = rune.ToString();
            title.Append(isInside ? Lower(letter) : Upper(letter));
            isInside = Rune.IsLetter(rune);
        }

        return title.ToString();
    }

    private static int Width(string text, int at) => at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]) ? 2 : 1;

    private static string Scientific(string digits, int exponent)
    {
        var mantissa = digits.Length == 1 ? digits : digits[..1] + "." + digits[1..];
        return $"{mantissa}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent).ToString("00", CultureInfo.InvariantCulture)}";
    }
}
