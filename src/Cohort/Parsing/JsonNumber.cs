using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Cohort.Parsing;

/// <summary>A number of JSON exactly as it is written: digits times a power of ten. The default is 0.</summary>
internal readonly struct JsonNumber
{
    /// <summary>The most characters of a number.</summary>
    public const int LongestText = 64;

    private const int LargestExponent = 400;
    private readonly BigInteger _digits;
    private readonly int _exponent;

    private JsonNumber(BigInteger digits, int exponent) => (_digits, _exponent) = (digits, exponent);

    /// <summary>Whether it has no fraction, as 1.0 and 1e3 have none.</summary>
    public bool IsWhole => _exponent >= 0 || BigInteger.Remainder(_digits, BigInteger.Pow(10, -_exponent)).IsZero;

    /// <summary>Whether it is above 0.</summary>
    public bool IsPositive => _digits.Sign > 0;

    /// <summary>Reads a number; fails where it is longer than <see cref="LongestText"/>, or beyond what a double can hold.</summary>
    /// <param name="value">A number of JSON.</param>
    /// <param name="number">The number.</param>
    public static bool TryRead(JsonElement value, out JsonNumber number)
    {
        number = default;
        if (BoundedJson.SizeOf(value) > LongestText || !double.IsFinite(value.GetDouble()))
            return false;

        var text = value.GetRawText();
        var e = text.AsSpan().IndexOfAny('e', 'E');
        var exponent = 0;
        if (e >= 0 && (!int.TryParse(text.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out exponent)
                || Math.Abs((long)exponent) > LargestExponent))
        {
            return false;
        }

        var mantissa = e < 0 ? text : text[..e];
        var point = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = BigInteger.Parse(point < 0 ? mantissa : mantissa.Remove(point, 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        number = new(digits, exponent - (point < 0 ? 0 : mantissa.Length - point - 1));
        return true;
    }

    /// <summary>Below 0 where this is the smaller one, 0 where both are equal.</summary>
    public int CompareTo(JsonNumber other)
    {
        var (left, right) = Aligned(other);
        return left.CompareTo(right);
    }

    /// <summary>Whether it is a whole multiple of another, which is not 0.</summary>
    public bool IsMultipleOf(JsonNumber other)
    {
        var (left, right) = Aligned(other);
        return BigInteger.Remainder(left, right).IsZero;
    }

    private (BigInteger Left, BigInteger Right) Aligned(JsonNumber other)
    {
        var least = Math.Min(_exponent, other._exponent);
        return (_digits * BigInteger.Pow(10, _exponent - least), other._digits * BigInteger.Pow(10, other._exponent - least));
    }
}
