using System.Diagnostics.CodeAnalysis;

namespace Cohort.Parsing;

/// <summary>
/// An expression of integers, + - * and brackets, read and computed in one pass and in bounded time. There are no signs: a minus
/// stands between two operands.
/// </summary>
/// <param name="Value">The exact value.</param>
/// <param name="Numbers">The numbers as they stand in the text, from left to right.</param>
public sealed record ArithmeticExpression(long Value, IReadOnlyList<long> Numbers)
{
    private static readonly ExpressionLimits DefaultLimits = new();

    /// <summary>Reads an expression within the default limits.</summary>
    /// <param name="text">The whole text of the expression; spaces may stand between its parts.</param>
    /// <param name="expression">The expression, where the text is one and every step of it fits into 64 bits.</param>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out ArithmeticExpression? expression) =>
        TryParse(text, DefaultLimits, out expression);

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The whole text of the expression; spaces may stand between its parts.</param>
    /// <param name="limits">The bounds.</param>
    /// <param name="expression">The expression, where the text is one and every step of it fits into 64 bits.</param>
    public static bool TryParse(
        ReadOnlySpan<char> text, ExpressionLimits limits, [NotNullWhen(true)] out ArithmeticExpression? expression)
    {
        expression = null;
        if (text.Length > limits.Length)
            return false;

        var reader = new ExpressionReader(text, limits);
        if (reader.TrySum(depth: 0, out var value) && reader.IsAtEnd)
            expression = new ArithmeticExpression(value, reader.Numbers);

        return expression is not null;
    }
}
