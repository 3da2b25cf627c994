namespace Cohort.Parsing;

/// <summary>A unit with an exponent behind a number, as in "5 m^2", "9.8 m/s^2" or "7800 \mathrm{~kg} \mathrm{~m}^{-3}", whose digit is no number.</summary>
internal static class UnitPower
{
    private const int LongestUnit = 24, MostFactors = 6;

    // What may stand between a number and its unit, what stands between the factors of a unit, and what opens a unit's text in LaTeX.
    private const string Gap = " ~$),\\";
    private static readonly string[] Joints = [" ", "~", "/", "*", "\u00B7", "\\cdot", "\\,"];
    private static readonly string[] Openings = ["\\text{", "\\mathrm{", "\\textrm{"];

    // Those that are written without a caret, too: "5 m2".
    private static readonly string[] Plain =
    [
        "m", "cm", "mm", "dm", "km", "in", "ft", "yd", "mi", "s", "sec", "min", "h", "hr", "meter", "meters", "metre", "metres", "centimeter", "centimeters",
        "centimetre", "centimetres", "kilometer", "kilometers", "kilometre", "kilometres", "inch", "inches", "foot", "feet", "yard", "yards", "mile", "miles",
        "unit", "units",
    ];

    private static readonly string[] Others =
    [
        "kg", "g", "mg", "lb", "lbs", "oz", "ms", "mol", "rad", "gram", "grams", "kilogram", "kilograms", "pound", "pounds", "second", "seconds", "minute",
        "minutes", "hour", "hours", "day", "days", "year", "years",
    ];

    /// <summary>A text up to the unit that its last digit is the exponent of; the whole text where that digit is none.</summary>
    /// <param name="text">Text of any length and content.</param>
    public static ReadOnlySpan<char> Without(ReadOnlySpan<char> text)
    {
        var rest = text[..(text.LastIndexOfAnyInRange('0', '9') + 1)];
        if (!TryDropPower(ref rest, out var hasCaret) || !TryDropUnit(ref rest, hasCaret))
            return text;

        for (var factors = 1; factors < MostFactors; factors++)
        {
            var more = Suffix.Without(rest, Joints);
            _ = TryDropPower(ref more, out _);
            if (!TryDropUnit(ref more, isMarked: true))
                break;

            rest = more;
        }

        var number = Suffix.Without(rest.TrimEnd(" ~"), Openings).TrimEnd(Gap);
        return number.Length > 0 && (char.IsAsciiDigit(number[^1]) || number[^1] == '}') ? number : text;
    }

    // One digit, perhaps with a minus, behind "^" or "^{"; the brace after it is not always a part of the text. Without a caret, 2 or 3.
    private static bool TryDropPower(ref ReadOnlySpan<char> text, out bool hasCaret)
    {
        hasCaret = false;
        var rest = text.EndsWith("}") ? text[..^1] : text;
        if (rest.IsEmpty || !char.IsAsciiDigit(rest[^1]))
            return false;

        var isPlain = rest.Length == text.Length && rest[^1] is '2' or '3';
        rest = rest[..^1];
        var before = rest.EndsWith("-") || rest.EndsWith("\u2212") ? rest[..^1] : rest;
        hasCaret = before.EndsWith("^") || before.EndsWith("^{");
        if (!hasCaret && !isPlain)
            return false;

        text = !hasCaret ? rest : before.EndsWith("{") ? before[..^2] : before[..^1];
        return true;
    }

    // In LaTeX's upright text, whatever letters: they are no variables.
    private static bool TryDropUnit(ref ReadOnlySpan<char> text, bool isMarked)
    {
        var isUpright = text.EndsWith("}");
        var rest = isUpright ? text[..^1] : text;
        var start = rest.Length;
        while (start > 0 && rest.Length - start <= LongestUnit && (char.IsAsciiLetter(rest[start - 1]) || (isUpright && rest[start - 1] is ' ' or '~' or '/')))
            start--;

        var name = rest[start..].Trim(" ~");
        var before = rest[..start];
        var opening = isUpright ? before.Length - Suffix.Without(before, Openings).Length : 0;
        if (name.IsEmpty || isUpright != opening > 0 || !(IsOneOf(Plain, name) || (isMarked && (isUpright || IsOneOf(Others, name)))))
            return false;

        text = before[..^opening];
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
