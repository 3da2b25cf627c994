using System.Globalization;
using System.Text;

namespace Cohort.Tokenization.Jinja;

/// <summary>String literals of a template, which have Python's escapes.</summary>
internal static class Escapes
{
    /// <summary>What a literal stands for.</summary>
    /// <param name="literal">The text between the quotes.</param>
    /// <param name="line">Its line, for a message.</param>
    public static string Read(string literal, int line)
    {
        if (!literal.Contains('\\', StringComparison.Ordinal))
            return literal;

        var text = new StringBuilder();
        for (var at = 0; at < literal.Length; at++)
        {
            if (literal[at] != '\\')
                text.Append(literal[at]);
            else
                at = Append(text, literal, at + 1, line);
        }

        return text.ToString();
    }

    // Gives the index of the escape's last character.
    private static int Append(StringBuilder text, string literal, int at, int line)
    {
        switch (literal[at])
        {
            case '\n':
                return at;
            case '\\' or '\'' or '"':
                text.Append(literal[at]);
                return at;
            case 'x':
                return AppendCode(text, literal, at, digits: 2, line);
            case 'u':
                return AppendCode(text, literal, at, digits: 4, line);
            case 'U':
                return AppendCode(text, literal, at, digits: 8, line);
            case 'N':
                throw new JinjaException("character names, as in '\\N{...}', are not supported; write '\\u' and the code", line);
            case >= '0' and <= '7':
                var end = at + 1;
                while (end < literal.Length && end < at + 3 && literal[end] is >= '0' and <= '7')
                    end++;
                text.Append((char)Convert.ToInt32(literal[at..end], 8));
                return end - 1;
            default:
                var known = "abfnrtv".IndexOf(literal[at], StringComparison.Ordinal);
                text.Append(known >= 0 ? "\a\b\f\n\r\t\v"[known].ToString() : "\\" + literal[at]);
                return at;
        }
    }

    private static int AppendCode(StringBuilder text, string literal, int at, int digits, int line)
    {
        var code = literal.AsSpan(at + 1, Math.Min(digits, literal.Length - at - 1));
        if (code.Length < digits || !uint.TryParse(code, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var value) || value > 0x10FFFF)
            throw new JinjaException($"the escape '\\{literal[at]}{code}' needs {digits} hexadecimal digits of a character", line);
        if (value is >= 0xD800 and <= 0xDFFF || value <= 0xFFFF)
            text.Append((char)value);
        else
            text.Append(new Rune(value).ToString());
        return at + digits;
    }
}
