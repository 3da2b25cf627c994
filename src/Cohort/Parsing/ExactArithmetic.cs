using System.Diagnostics;

namespace Cohort.Parsing;

/// <summary>Addition, subtraction and multiplication of 64-bit integers that say when the result does not fit.</summary>
public static class ExactArithmetic
{
    /// <summary>The operators that <see cref="TryApply"/> knows.</summary>
    public const string Operators = "+-*";

    /// <summary>Applies an operator.</summary>
    /// <param name="symbol">One of <see cref="Operators"/>.</param>
    /// <param name="left">Left operand.</param>
    /// <param name="right">Right operand.</param>
    /// <param name="value">The exact result, or 0 where it does not fit into 64 bits.</param>
    /// <returns>Whether the result fits.</returns>
    public static bool TryApply(char symbol, long left, long right, out long value)
    {
        // No result of two 64-bit operands overflows 128 bits.
        Int128 exact = symbol switch
        {
            '+' => (Int128)left + right,
            '-' => (Int128)left - right,
            '*' => (Int128)left * right,
            _ => throw new UnreachableException($"'{symbol}' is not one of {Operators}."),
        };

        var fits = exact >= long.MinValue && exact <= long.MaxValue;
        value = fits ? (long)exact : 0;
        return fits;
    }
}
