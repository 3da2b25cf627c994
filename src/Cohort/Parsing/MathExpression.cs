namespace Cohort.Parsing;

/// <summary>
/// An expression of numbers with + - * / ^, brackets and LaTeX's \frac, \cdot, \times and \div, computed exactly as a fraction, in one pass and
/// in bounded time; what exceeds a bound has no value.
/// </summary>
public static class MathExpression
{
    /// <summary>The most characters.</summary>
    public const int MaxLength = 1024;

    /// <summary>The deepest nesting of brackets and exponents.</summary>
    public const int MaxDepth = 32;

    /// <summary>Computes an expression.</summary>
    /// <param name="text">The whole text of the expression; dollar signs around it and a full stop after it do not count.</param>
    /// <param name="value">The exact value, where there is one.</param>
    public static bool TryCompute(ReadOnlySpan<char> text, out Rational value)
    {
        value = default;
        var inner = text.Trim().TrimEnd('.').Trim('$').Trim();
        if (inner.Length > MaxLength)
            return false;

        var reader = new MathReader(inner);
        return reader.TrySum(depth: 0, out value) && reader.IsAtEnd;
    }
}
