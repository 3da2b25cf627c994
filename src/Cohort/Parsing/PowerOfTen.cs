namespace Cohort.Parsing;

/// <summary>A number in scientific notation, <c>1.5 \times 10^{8}</c>, or a power of ten alone.</summary>
internal static class PowerOfTen
{
    private static readonly string[] Times = ["\\times", "\\cdot", "*", "\u00D7", "\u00B7"];
    private static readonly string[] Spaces = [" ", "~", "\\,"];

    /// <summary>From an exponent to the whole number.</summary>
    /// <param name="lead">What stands before the exponent, up to "^" or "^{"; afterwards, what stands before the number.</param>
    /// <param name="after">What stands behind the exponent; afterwards, behind the number.</param>
    /// <param name="value">The exponent; afterwards the number, exactly.</param>
    /// <returns>False where this is the exponent of anything else, or the number is a part of a longer product, fraction or power.</returns>
    public static bool TryRead(ref ReadOnlySpan<char> lead, ref ReadOnlySpan<char> after, ref Rational value)
    {
        var caret = lead.TrimEnd(' ');
        var isGroup = caret.EndsWith("^{");
        var ten = caret[..^(isGroup ? 2 : 1)].TrimEnd(' ');
        var rest = after.TrimStart(' ');
        if ((isGroup && !rest.StartsWith("}")) || !LastNumber.TryFind(ten, out var number, out var start, out var end)
            || end != ten.Length || number is not (10 or -10) || !Rational.TryPower(Rational.Of(10), value, out value))
        {
            return false;
        }

        after = isGroup ? rest[1..] : after;
        lead = ten[..start];
        var factor = number / 10;
        var before = Suffix.Without(lead, Spaces);
        if (TryDropTimes(ref before))
        {
            before = Suffix.Without(before, Spaces);
            if (number < 0 || !LastNumber.TryFind(before, out factor, out start, out end) || end != before.Length)
                return false;

            lead = before[..start];
        }

        return StandsAlone(lead) && Rational.TryMultiply(Rational.Of(factor), value, out value);
    }

    private static bool StandsAlone(ReadOnlySpan<char> lead)
    {
        var before = Suffix.Without(lead, Spaces);
        if (before.IsEmpty)
            return true;

        var last = before[^1];
        var isJoined = before.Length == lead.Length && (char.IsLetter(last) || last is ')' or ']' or '}');
        return !isJoined && last is not ('/' or '^' or '_') && !TryDropTimes(ref before);
    }

    // The letter x is a sign only behind a digit or a space.
    private static bool TryDropTimes(ref ReadOnlySpan<char> text)
    {
        if (!text.EndsWith("x") || text.Length == 1 || !(text[^2] == ' ' || char.IsAsciiDigit(text[^2])))
            return Suffix.TryDrop(ref text, Times);

        text = text[..^1];
        return true;
    }
}
