using System.Globalization;

namespace Cohort.Parsing;

/// <summary>
/// Numbers as text, read exactly and in bounded time: ASCII digits only, no exponents, no white space, no exceptions. Text that is longer
/// than the bound is no number.
/// </summary>
public static class Numeral
{
    /// <summary>The most digits of an integer, leading zeros included; all such integers fit into 64 bits.</summary>
    public const int MaxIntegerDigits = 18;

    /// <summary>The most digits of a decimal number, leading zeros included; all such numbers are exact as <see cref="decimal"/>.</summary>
    public const int MaxDecimalDigits = 28;

    /// <summary>The most characters of a decimal number: its digits, a separator for each three, a sign and a point.</summary>
    public const int MaxDecimalLength = MaxDecimalDigits + (MaxDecimalDigits / 3) + 2;

    /// <summary>Reads an integer such as "-42": an optional minus, then 1 to <see cref="MaxIntegerDigits"/> digits.</summary>
    /// <param name="text">The whole text of the number.</param>
    /// <param name="value">The number, or 0 where the text is none.</param>
    public static bool TryParseInteger(ReadOnlySpan<char> text, out long value)
    {
        value = 0;
        var isNegative = text.StartsWith("-");
        var digits = isNegative ? text[1..] : text;
        if (digits.Length is 0 or > MaxIntegerDigits || digits.ContainsAnyExceptInRange('0', '9'))
            return false;

        foreach (var digit in digits)
            value = (10 * value) + (digit - '0');

        value = isNegative ? -value : value;
        return true;
    }

    /// <summary>
    /// Reads a decimal number such as "-1,234.50" or ".5": an optional sign, digits, either without separators or with a comma before
    /// each three of the whole part, and an optional fraction.
    /// </summary>
    /// <param name="text">The whole text of the number.</param>
    /// <param name="value">The number, exactly, or 0 where the text is none.</param>
    public static bool TryParseDecimal(ReadOnlySpan<char> text, out decimal value)
    {
        value = 0;
        if (text.Length is 0 or > MaxDecimalLength)
            return false;

        var unsigned = text[0] is '-' or '+' ? text[1..] : text;
        var point = unsigned.IndexOf('.');
        var whole = point < 0 ? unsigned : unsigned[..point];
        var fraction = point < 0 ? [] : unsigned[(point + 1)..];

        // "5." and "." are no numbers; ".5" is one.
        var hasRightParts = point < 0 ? IsWhole(whole) : (whole.IsEmpty || IsWhole(whole)) && AreDigits(fraction);
        var digits = whole.Length - whole.Count(',') + fraction.Length;
        return hasRightParts && digits <= MaxDecimalDigits
            && decimal.TryParse(text, NumberStyles.Number & ~NumberStyles.AllowTrailingSign, CultureInfo.InvariantCulture, out value);
    }

    private static bool IsWhole(ReadOnlySpan<char> text)
    {
        var comma = text.IndexOf(',');
        if (comma < 0)
            return AreDigits(text);

        var rest = text[comma..];
        while (rest.Length >= 4 && rest[0] == ',' && AreDigits(rest[1..4]))
            rest = rest[4..];

        return comma is >= 1 and <= 3 && AreDigits(text[..comma]) && rest.IsEmpty;
    }

    private static bool AreDigits(ReadOnlySpan<char> text) => !text.IsEmpty && !text.ContainsAnyExceptInRange('0', '9');
}
