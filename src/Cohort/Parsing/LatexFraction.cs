namespace Cohort.Parsing;

/// <summary>A fraction of numbers as LaTeX writes it: <c>\frac{3}{4}</c>, <c>\frac34</c>, <c>-\dfrac{3}4</c>.</summary>
internal static class LatexFraction
{
    private const string Name = "frac";

    /// <summary>Finds a text's last fraction, where the text's last number is a part of it.</summary>
    /// <param name="text">Text of any length and content.</param>
    /// <param name="start">Where its last number begins.</param>
    /// <param name="end">Where that ends.</param>
    /// <param name="value">The value; the default where the fraction's parts are not two numbers of which the second is not 0.</param>
    /// <param name="lead">What stands before the fraction, its minus included.</param>
    /// <param name="after">What stands behind it.</param>
    /// <returns>Whether the number is a part of a fraction.</returns>
    public static bool TryFind(ReadOnlySpan<char> text, int start, int end, out Rational value, out ReadOnlySpan<char> lead, out ReadOnlySpan<char> after)
    {
        value = default;
        lead = after = [];
        var name = text[..start].LastIndexOf(Name, StringComparison.Ordinal);
        var command = name < 0 ? [] : text[..name];
        lead = command.EndsWith("\\") ? command[..^1] : command.EndsWith("\\d") || command.EndsWith("\\t") ? command[..^2] : command;
        after = name < 0 ? [] : text[(name + Name.Length)..];
        if (lead.Length == command.Length || char.IsAsciiLetter(after[0]))
            return false;

        var above = Argument(ref after);
        var below = Argument(ref after);
        var close = text.Length - after.Length;
        if (close <= start)
            return false;

        // Nothing is said of a fraction in a fraction.
        var isOuter = !lead.EndsWith("}{") && !lead.EndsWith("frac{");
        if (isOuter && close >= end && TryNumber(above, out var left) && TryNumber(below, out var right) && Rational.TryDivide(left, right, out value))
            value = LastNumber.EndsInMinus(lead.TrimEnd(' ')) ? -value : value;

        return true;
    }

    // A group in braces, a command, or one character.
    private static ReadOnlySpan<char> Argument(ref ReadOnlySpan<char> text)
    {
        var rest = text.TrimStart(' ');
        var length = rest.IsEmpty ? 0 : rest[0] == '{' ? GroupLength(rest) : rest[0] == '\\' ? CommandLength(rest) : 1;
        text = rest[length..];
        return rest[..length];
    }

    // With both braces; up to the line's end where it is not closed in its line.
    private static int GroupLength(ReadOnlySpan<char> text)
    {
        var open = 0;
        for (var i = 0; i < text.Length; i++)
        {
            open += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
            if (open == 0)
                return i + 1;
            if (text[i] is '\n' or '\r')
                return i;
        }

        return text.Length;
    }

    private static int CommandLength(ReadOnlySpan<char> text)
    {
        var length = 1;
        while (length < text.Length && char.IsAsciiLetter(text[length]))
            length++;

        return length;
    }

    private static bool TryNumber(ReadOnlySpan<char> argument, out Rational value)
    {
        var isGroup = argument.StartsWith("{") && argument.EndsWith("}");
        var text = (isGroup ? argument[1..^1] : argument).Trim(' ');
        var isNumber = LastNumber.TryFind(text, out var number, out var start, out var end) && start == 0 && end == text.Length;
        value = Rational.Of(number);
        return isNumber;
    }
}
