namespace Cohort.Parsing;

/// <summary>What LaTeX has between thousands in place of a comma: <c>10,\!000</c>, <c>10{,}000</c> and <c>10\,000</c>.</summary>
internal static class LatexThousands
{
    private static readonly string[] Forms = [",\\!", "{,}", "\\,"];

    /// <summary>The characters of the separator that a text begins with; 0 where it does not, or not exactly three digits follow.</summary>
    /// <param name="text">What stands behind a digit.</param>
    public static int LengthAtStart(ReadOnlySpan<char> text)
    {
        foreach (var form in Forms)
        {
            if (text.StartsWith(form))
            {
                var digits = text[form.Length..];
                var count = digits.IndexOfAnyExceptInRange('0', '9');
                return (count < 0 ? digits.Length : count) == 3 ? form.Length : 0;
            }
        }

        return 0;
    }

    /// <summary>The characters of the separator that a text ends with; 0 where it does not, or no digit stands before it.</summary>
    /// <param name="text">What stands before exactly three digits.</param>
    public static int LengthAtEnd(ReadOnlySpan<char> text)
    {
        foreach (var form in Forms)
        {
            if (text.EndsWith(form))
                return text.Length > form.Length && char.IsAsciiDigit(text[^(form.Length + 1)]) ? form.Length : 0;
        }

        return 0;
    }
}
