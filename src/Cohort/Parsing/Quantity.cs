namespace Cohort.Parsing;

/// <summary>
/// A number as answers state it: an integer, a decimal, a fraction or a mixed number, perhaps a percentage; signs of currency and units do not count.
/// </summary>
/// <param name="Value">The number as it is written, exactly: 50 in "50%".</param>
/// <param name="IsPercent">Whether a percent sign follows it.</param>
public readonly record struct Quantity(Rational Value, bool IsPercent)
{
    /// <summary>
    /// Finds a text's final number: the last of its marked answer, by <see cref="LastNumber"/>'s rules, as the denominator of "a/b", "\frac{a}{b}" or
    /// "\frac12" where it is one, with the whole part of a mixed number ("1 1/2"), or as the exponent of "a \times 10^n". The exponent of a unit ("5 m^2")
    /// is no number; there is none where the last number is any other exponent ("x^2", "2^{10}"), or a part of a fraction of other things. A marked
    /// answer without a number is none, whatever stands elsewhere.
    /// </summary>
    /// <param name="text">Text of any length and content.</param>
    /// <param name="place">Where to look.</param>
    /// <param name="quantity">The number, where there is one.</param>
    public static bool TryFind(ReadOnlySpan<char> text, AnswerPlace place, out Quantity quantity)
    {
        quantity = default;
        var answer = UnitPower.Without(MarkedAnswer.Find(text, place));
        if (!LastNumber.TryFind(answer, out var last, out var start, out var end))
            return false;

        var value = Rational.Of(last);
        var lead = answer[..start];
        var after = answer[end..];
        var before = lead.TrimEnd(' ');
        if (LatexFraction.TryFind(answer, start, end, out var fraction, out var front, out var behind))
        {
            if (fraction == default)
                return false;

            value = Mixed(front, fraction);
            lead = front;
            after = behind;
        }
        else if (before.EndsWith("/"))
        {
            // No part of "10/12/2024" is a fraction.
            before = before[..^1].TrimEnd(' ');
            if (LastNumber.TryFind(before, out var above, out var from, out var to) && to == before.Length)
            {
                lead = before[..from];
                if (lead.EndsWith("/") || !Rational.TryDivide(Rational.Of(above), value, out value))
                    return false;

                value = Mixed(lead, value);
            }
        }
        else if (before.EndsWith("^") || before.EndsWith("^{"))
        {
            if (!PowerOfTen.TryRead(ref lead, ref after, ref value))
                return false;
        }
        else if (before.EndsWith("}{") && after.StartsWith("}"))
        {
            return false;
        }

        quantity = new(value, after.StartsWith("%") || after.StartsWith("\\%") || after.StartsWith(" %"));
        return !IsExponent(lead);
    }

    /// <summary>Whether both are the same number: as written, or where only one is a percentage, its hundredth, too ("50%" is "50" and "0.5").</summary>
    /// <param name="other">The other number.</param>
    public bool Matches(Quantity other) =>
        Value == other.Value || (IsPercent != other.IsPercent && (IsPercent ? IsHundredth(other.Value, Value) : IsHundredth(Value, other.Value)));

    private static bool IsHundredth(Rational part, Rational whole) =>
        Rational.TryDivide(whole, Rational.Of(100), out var hundredth) && hundredth == part;

    // A proper fraction, and the integer right before it or one space away: "1 1/2", "1\frac{1}{2}". The integer's minus is that of the whole.
    private static Rational Mixed(ReadOnlySpan<char> lead, Rational fraction)
    {
        var text = lead.EndsWith(" ") ? lead[..^1] : lead;
        var isMixed = fraction.Numerator > 0 && fraction.Numerator < fraction.Denominator && text.Length > 0 && char.IsAsciiDigit(text[^1]);
        if (!isMixed || !LastNumber.TryFind(text, out var number, out var start, out _) || !decimal.IsInteger(number))
            return fraction;

        var before = text[..start];
        var isPart = before.EndsWith("/") || before.EndsWith("^") || before.EndsWith("_");
        return !isPart && Rational.TryAdd(Rational.Of(number), number < 0 ? -fraction : fraction, out var sum) ? sum : fraction;
    }

    // Whether what follows this text is an exponent, or is in one: behind a caret, or in braces that one opens in the same line.
    private static bool IsExponent(ReadOnlySpan<char> lead)
    {
        var closed = 0;
        for (var i = lead.Length - 1; i >= 0 && lead[i] is not ('\n' or '\r'); i--)
        {
            closed += lead[i] == '}' ? 1 : lead[i] == '{' ? -1 : 0;
            if (closed < 0 && lead[..i].EndsWith("^"))
                return true;

            closed = Math.Max(closed, 0);
        }

        return lead.TrimEnd(' ').EndsWith("^");
    }
}
