using System.Buffers;
using System.Text;

namespace Cohort.Parsing;

/// <summary>Finds the number that a text ends on: "17 + 1,217 = 1,234. Done!" gives 1234.</summary>
public static class LastNumber
{
    /// <summary>
    /// Finds the longest decimal number that ends at the text's last ASCII digit, with a minus before it where that is no subtraction.
    /// There is none where that digit belongs to something longer: an exponent ("1e999"), other scripts' digits, more digits than
    /// <see cref="Numeral.MaxDecimalDigits"/>. One pass over the text, whatever is in it.
    /// </summary>
    /// <param name="text">Text of any length and content.</param>
    /// <param name="value">The number, exactly, or 0 where there is none.</param>
    public static bool TryFind(ReadOnlySpan<char> text, out decimal value) => TryFind(text, out value, out _, out _);

    /// <summary>Finds the number, as above, and where it stands.</summary>
    /// <param name="text">Text of any length and content.</param>
    /// <param name="value">The number, exactly, or 0 where there is none.</param>
    /// <param name="start">Where it begins, its minus included, or where there is none, anywhere.</param>
    /// <param name="end">Behind its last digit, or 0 where the text has no digit.</param>
    internal static bool TryFind(ReadOnlySpan<char> text, out decimal value, out int start, out int end)
    {
        value = 0;
        end = text.LastIndexOfAnyInRange('0', '9') + 1;
        start = end;
        while (start > 0 && end - start < Numeral.MaxDecimalLength && (char.IsAsciiDigit(text[start - 1]) || text[start - 1] is ',' or '.'))
            start--;

        while (start < end && !(StartsNumber(text, start) && Numeral.TryParseDecimal(text[start..end], out value)))
            start++;

        var isFound = start < end && !IsExponent(text[..start]) && !EndsInForeignDigit(text[..start]) && !StartsWithForeignDigit(text[end..]);
        var isNegative = isFound && IsNegative(text[..start]);
        value = !isFound ? 0 : isNegative ? -value : value;
        start -= isNegative ? 1 : 0;
        return isFound;
    }

    // Not in the middle of digits; and a point starts a number only where it ends neither a word ("no.5") nor dots ("...5").
    private static bool StartsNumber(ReadOnlySpan<char> text, int start)
    {
        var before = start > 0 ? text[start - 1] : ' ';
        return !char.IsAsciiDigit(before) && !(text[start] == '.' && (char.IsLetter(before) || before == '.'));
    }

    private static bool IsExponent(ReadOnlySpan<char> before)
    {
        var mantissa = before.EndsWith("-") || before.EndsWith("+") ? before[..^1] : before;
        return mantissa.Length > 1 && mantissa[^1] is 'e' or 'E' && (char.IsAsciiDigit(mantissa[^2]) || mantissa[^2] == '.');
    }

    private static bool EndsInForeignDigit(ReadOnlySpan<char> text) =>
        Rune.DecodeLastFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsForeignDigit(rune);

    private static bool StartsWithForeignDigit(ReadOnlySpan<char> text) =>
        Rune.DecodeFromUtf16(text, out var rune, out _) == OperationStatus.Done && IsForeignDigit(rune);

    // Whole characters: mathematical digits are surrogate pairs.
    private static bool IsForeignDigit(Rune rune) => !rune.IsAscii && Rune.IsNumber(rune);

    // ASCII hyphen or the minus sign U+2212, unless something stands before it that it could be subtracted from, as in "7-5".
    private static bool IsNegative(ReadOnlySpan<char> before) =>
        before.Length > 0 && before[^1] is '-' or '\u2212'
        && !(before.Length > 1 && (char.IsLetterOrDigit(before[^2]) || before[^2] == ')'));
}
