using System.Globalization;

namespace Cohort.Parsing;

/// <summary>
/// An exact fraction in lowest terms. No operation overflows or throws: what does not fit into <see cref="Largest"/> has no value. The default
/// is no fraction, and equals no other.
/// </summary>
public readonly record struct Rational
{
    /// <summary>The largest exponent of <see cref="TryPower"/>: 128, past which powers of 2 fit no more.</summary>
    public const int LargestExponent = 128;

    private Rational(Int128 numerator, Int128 denominator) => (Numerator, Denominator) = (numerator, denominator);

    /// <summary>The largest numerator and denominator: 10^37. Sums of two products of that size fit into 128 bits.</summary>
    public static Int128 Largest { get; } = (Int128)10_000_000_000_000_000_000UL * 1_000_000_000_000_000_000UL;

    /// <summary>Carries the sign.</summary>
    public Int128 Numerator { get; }

    /// <summary>Above 0.</summary>
    public Int128 Denominator { get; }

    /// <summary>The fraction in lowest terms, as in "-3/4"; an integer without its denominator.</summary>
    public override string ToString()
    {
        var numerator = Numerator.ToString(CultureInfo.InvariantCulture);
        return Denominator == 1 ? numerator : $"{numerator}/{Denominator.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <summary>A decimal number, exactly.</summary>
    /// <param name="number">A number of up to <see cref="Numeral.MaxDecimalDigits"/> digits, as <see cref="Numeral"/> reads it.</param>
    public static Rational Of(decimal number)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number, bits);
        var digits = ((Int128)(uint)bits[2] << 64) | ((Int128)(uint)bits[1] << 32) | (uint)bits[0];
        Int128 scale = 1;
        for (var i = 0; i < number.Scale; i++)
            scale *= 10;

        return Reduced(decimal.IsNegative(number) ? -digits : digits, scale);
    }

    /// <summary>left + right.</summary>
    /// <param name="left">A fraction.</param>
    /// <param name="right">A fraction.</param>
    /// <param name="sum">The exact sum, where it fits.</param>
    public static bool TryAdd(Rational left, Rational right, out Rational sum)
    {
        sum = default;
        return TryMultiply(left.Numerator, right.Denominator, out var first)
            && TryMultiply(right.Numerator, left.Denominator, out var second)
            && TryMultiply(left.Denominator, right.Denominator, out var denominator)
            && TryReduce(first + second, denominator, out sum);
    }

    /// <summary>left * right.</summary>
    /// <param name="left">A fraction.</param>
    /// <param name="right">A fraction.</param>
    /// <param name="product">The exact product, where it fits.</param>
    public static bool TryMultiply(Rational left, Rational right, out Rational product)
    {
        product = default;
        return TryMultiply(left.Numerator, right.Numerator, out var numerator)
            && TryMultiply(left.Denominator, right.Denominator, out var denominator)
            && TryReduce(numerator, denominator, out product);
    }

    /// <summary>left / right.</summary>
    /// <param name="left">A fraction.</param>
    /// <param name="right">A fraction.</param>
    /// <param name="quotient">The exact quotient, where it fits and the right side is not 0.</param>
    public static bool TryDivide(Rational left, Rational right, out Rational quotient)
    {
        quotient = default;
        var sign = right.Numerator < 0 ? -1 : 1;
        return right.Numerator != 0
            && TryMultiply(left, new Rational(sign * right.Denominator, sign * right.Numerator), out quotient);
    }

    /// <summary>value ^ exponent; 0 to a power below 1 has no value.</summary>
    /// <param name="value">A fraction.</param>
    /// <param name="exponent">In [-<see cref="LargestExponent"/>, <see cref="LargestExponent"/>]; others have no value.</param>
    /// <param name="power">The exact power, where it fits.</param>
    public static bool TryPower(Rational value, Rational exponent, out Rational power)
    {
        power = Of(1);
        var times = Int128.Abs(exponent.Numerator);
        if (exponent.Denominator != 1 || times > LargestExponent || (value.Numerator == 0 && exponent.Numerator <= 0))
            return false;

        for (var i = 0; i < times; i++)
        {
            if (!TryMultiply(power, value, out power))
                return false;
        }

        return exponent.Numerator >= 0 || TryDivide(Of(1), power, out power);
    }

    /// <summary>The same fraction with the other sign.</summary>
    /// <param name="value">A fraction.</param>
    public static Rational operator -(Rational value) => new(-value.Numerator, value.Denominator);

    private static bool TryMultiply(Int128 left, Int128 right, out Int128 product)
    {
        var fits = left == 0 || Int128.Abs(right) <= Largest / Int128.Abs(left);
        product = fits ? left * right : 0;
        return fits;
    }

    private static bool TryReduce(Int128 numerator, Int128 denominator, out Rational value)
    {
        value = Reduced(numerator, denominator);
        return Int128.Abs(value.Numerator) <= Largest;
    }

    // The denominator is above 0.
    private static Rational Reduced(Int128 numerator, Int128 denominator)
    {
        var (divisor, rest) = (denominator, Int128.Abs(numerator));
        while (rest != 0)
            (divisor, rest) = (rest, divisor % rest);

        return new(numerator / divisor, denominator / divisor);
    }
}
