using System.Buffers;
using System.Text;

namespace Cohort.Parsing;

/// <summary>Finds the number that a text ends on: "17 + 1,217 = 1,234. Done!" gives 1234.</summary>
public static class LastNumber
{
    private static readonly string[] Currencies = ["\\$", "$", "\u20AC", "\u00A3"];

    /// <summary>
    /// Finds the longest decimal number that ends at the text's last ASCII digit, with a minus before it, or before its currency, where that is no
    /// subtraction. LaTeX's separators of thousands count as commas ("10,\!000", "10{,}000", "10\,000"). There is none where that digit belongs to
    /// something longer: an exponent ("1e999"), other scripts' digits, digits, commas and points with more digits in all than
    /// <see cref="Numeral.MaxDecimalDigits"/>. One pass over the text, whatever is in it.
    /// </summary>
    /// <param name="text">Text of any length and content.</param>
    /// <param name="value">The number, exactly, or 0 where there is none.</param>
    public static bool TryFind(ReadOnlySpan<char> text, out decimal value) => TryFind(text, out value, out _, out _);

    /// <summary>Finds the number, as above, and where it stands.</summary>
    /// <param name="text">Text of any length and content.</param>
    /// <param name="value">The number, exactly, or 0 where there is none.</param>
    /// <param name="start">Where it begins, a minus and what follows that included, or where there is none, anywhere.</param>
    /// <param name="end">Behind its last digit, or 0 where the text has no digit.</param>
    internal static bool TryFind(ReadOnlySpan<char> text, out decimal value, out int start, out int end)
    {
        value = 0;
        end = text.LastIndexOfAnyInRange('0', '9') + 1;

        // The end of the run of digits, points and separators, with a comma for each of LaTeX's, and where in the text each character stands.
        Span<char> run = stackalloc char[Numeral.MaxDecimalLength];
        Span<int> places = stackalloc int[Numeral.MaxDecimalLength];
        var (first, at, digits, group) = (run.Length, end, 0, 0);
        while (at > 0)
        {
            var separator = group == 3 ? LatexThousands.LengthAtEnd(text[..at]) : 0;
            var letter = separator > 0 ? ',' : text[at - 1];
            if (!char.IsAsciiDigit(letter) && letter is not (',' or '.'))
                break;

            group = char.IsAsciiDigit(letter) ? group + 1 : 0;
            digits += char.IsAsciiDigit(letter) ? 1 : 0;
            at -= Math.Max(1, separator);
            if (first > 0)
                (run[--first], places[first]) = (letter, at);
        }

        while (first < run.Length && !(StartsNumber(text, places[first]) && Numeral.TryParseDecimal(run[first..], out value)))
            first++;

        start = first < run.Length ? places[first] : end;
        var before = text[..start];
        var isFound = start < end && digits <= Numeral.MaxDecimalDigits
            && !IsExponent(before) && !EndsInForeignDigit(before) && !StartsWithForeignDigit(text[end..]);
        var sign = isFound ? SignLength(before) : 0;
        value = !isFound ? 0 : sign > 0 ? -value : value;
        start -= sign;
        return isFound;
    }

    /// <summary>Whether a text ends in a minus, a sign of currency behind it aside.</summary>
    internal static bool EndsInMinus(ReadOnlySpan<char> text) => WithoutCurrency(text) is [.., '-' or '\u2212'];

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

    // ASCII hyphen or the minus sign U+2212, with or without a currency behind it, unless something stands before it that it could be subtracted from,
    // as in "7-5" and "$7$-$5$".
    private static int SignLength(ReadOnlySpan<char> before)
    {
        var sign = WithoutCurrency(before);
        var isSubtraction = sign.Length > 1 && (char.IsLetterOrDigit(sign[^2]) || sign[^2] == ')' || (sign.Length < before.Length && sign[^2] == '$'));
        return EndsInMinus(before) && !isSubtraction ? before.Length - sign.Length + 1 : 0;
    }

    private static ReadOnlySpan<char> WithoutCurrency(ReadOnlySpan<char> text)
    {
        _ = Suffix.TryDrop(ref text, Currencies);
        return text;
    }
}
