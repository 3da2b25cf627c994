namespace Cohort.Parsing;

/// <summary>The bounds of an expression that <see cref="ArithmeticExpression"/> reads; whatever exceeds one is no expression.</summary>
public sealed record ExpressionLimits
{
    private const int DeepestRecursion = 256;

    /// <summary>The most characters, spaces included; at least 1.</summary>
    public int Length { get; init => field = Within(value, 1, int.MaxValue); } = 256;

    /// <summary>The deepest nesting of brackets, from 0 to 256; bounds the recursion.</summary>
    public int Depth { get; init => field = Within(value, 0, DeepestRecursion); } = 16;

    /// <summary>The most digits of one number, from 1 to <see cref="Numeral.MaxIntegerDigits"/>.</summary>
    public int Digits { get; init => field = Within(value, 1, Numeral.MaxIntegerDigits); } = Numeral.MaxIntegerDigits;

    /// <summary>The most operations; at least 0.</summary>
    public int Operations { get; init => field = Within(value, 0, int.MaxValue); } = 64;

    private static int Within(int value, int low, int high) => value >= low && value <= high
        ? value
        : throw new ArgumentOutOfRangeException(nameof(value), value, $"A limit must lie in {low} to {high}.");
}
