namespace Cohort.Parsing;

/// <summary>A unit with an exponent behind a number, as in "5 m^2" or "9.8 m/s^2", whose digit is no number of its own.</summary>
internal static class UnitPower
{
    private const int LongestUnit = 12;

    // What may stand between a number and its unit, and what opens a unit's text in LaTeX.
    private const string Gap = " ~$),\\";
    private static readonly string[] Openings = ["\\text{", "\\mathrm{", "\\textrm{"];

    private static readonly string[] Units =
    [
        "m", "cm", "mm", "dm", "km", "in", "ft", "yd", "mi", "s", "sec", "min", "h", "hr", "meter", "meters", "metre", "metres", "centimeter", "centimeters",
        "centimetre", "centimetres", "kilometer", "kilometers", "kilometre", "kilometres", "inch", "inches", "foot", "feet", "yard", "yards", "mile", "miles",
        "unit", "units",
    ];

    /// <summary>A text up to the unit that its last digit is the exponent of; the whole text where that digit is none.</summary>
    /// <param name="text">Text of any length and content.</param>
    public static ReadOnlySpan<char> Without(ReadOnlySpan<char> text)
    {
        var digit = text.LastIndexOfAnyInRange('0', '9');
        if (digit < 0 || text[digit] is not ('2' or '3'))
            return text;

        var rest = text[..digit];
        rest = rest.EndsWith("^{") ? rest[..^2] : rest.EndsWith("^") ? rest[..^1] : rest;
        if (!TryDropUnit(ref rest))
            return text;

        if (rest.EndsWith("/"))
        {
            rest = rest[..^1];
            if (!TryDropUnit(ref rest))
                return text;
        }

        var number = rest.TrimEnd(Gap);
        return number.Length > 0 && (char.IsAsciiDigit(number[^1]) || number[^1] == '}') ? number : text;
    }

    private static bool TryDropUnit(ref ReadOnlySpan<char> text)
    {
        var isWrapped = text.EndsWith("}");
        var rest = isWrapped ? text[..^1] : text;
        var start = rest.Length;
        while (start > 0 && rest.Length - start <= LongestUnit && char.IsAsciiLetter(rest[start - 1]))
            start--;

        var before = rest[..start];
        if (!IsOneOf(Units, rest[start..]))
            return false;

        if (isWrapped)
        {
            before = before.TrimEnd(' ');
            var opening = before.LastIndexOf('\\') is var slash and >= 0 ? before[slash..] : [];
            if (!IsOneOf(Openings, opening))
                return false;

            before = before[..^opening.Length];
        }

        text = before;
        return true;
    }

    private static bool IsOneOf(string[] names, ReadOnlySpan<char> text)
    {
        foreach (var name in names)
        {
            if (text.SequenceEqual(name))
                return true;
        }

        return false;
    }
}
