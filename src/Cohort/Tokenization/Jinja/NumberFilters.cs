using System.Globalization;

namespace Cohort.Tokenization.Jinja;

/// <summary>Filters that make or take numbers.</summary>
internal static class NumberFilters
{
    /// <summary>int(default=0, base=10).</summary>
    public static object? ToWhole(object? value, Arguments call)
    {
        if (value is Undefined undefined)
            throw undefined.Error();
        if (Numbers.Whole(value) is { } whole)
            return whole;
        if (value is string text && Whole(text, call.Whole(1, "base", 10)) is { } read)
            return read;
        return (value is string real ? Real(real) : Numbers.Of(value)) is { } number && Math.Abs(number) < 9e18
            ? (long)Math.Truncate(number) : call.Get(0, "default", 0L);
    }

    /// <summary>float(default=0.0).</summary>
    public static object? ToReal(object? value, Arguments call) => value switch
    {
        Undefined undefined => throw undefined.Error(),
        string text => Real(text) ?? call.Get(0, "default", 0.0),
        _ => Numbers.Of(value) ?? call.Get(0, "default", 0.0),
    };

    /// <summary>abs.</summary>
    public static object Absolute(object? value, Arguments _) => value switch
    {
        Undefined undefined => throw undefined.Error(),
        double real => Math.Abs(real),
        _ when Numbers.Whole(value) is { } whole && whole != long.MinValue => (object)Math.Abs(whole),
        _ => throw new JinjaException($"abs: {Kinds.Of(value)} is no number"),
    };

    /// <summary>round(precision=0, method="common").</summary>
    public static object Round(object? value, Arguments call)
    {
        if (value is Undefined undefined)
            throw undefined.Error();
        var number = Numbers.Of(value) ?? throw new JinjaException($"round: {Kinds.Of(value)} is no number");
        var precision = (int)Math.Clamp(call.Whole(0, "precision", 0), -300, 300);
        var scale = Math.Pow(10, precision);
        return (call.Has(1, "method") ? call.Text(1, "method") : "common") switch
        {
            "common" when value is not double => (object)Common(Numbers.Whole(value)!.Value, precision),
            "common" => (object)Common(number, precision),
            "ceil" => (object)(Math.Ceiling(number * scale) / scale),
            "floor" => (object)(Math.Floor(number * scale) / scale),
            var other => throw new JinjaException($"round: the method '{other}' is not 'common', 'ceil' or 'floor'"),
        };
    }

    private static long Common(long value, int precision) =>
        precision >= 0 ? value : precision < -18 ? 0L : (long)(decimal.Round(value / Power(-precision)) * Power(-precision));

    // Half to even on the exact binary value, as Python rounds; the fixed format is exact for every double.
    private static double Common(double value, int precision)
    {
        if (precision < 0)
            return Math.Round(value / Math.Pow(10, -precision), MidpointRounding.ToEven) * Math.Pow(10, -precision);
        if (precision == 0)
            return Math.Round(value, MidpointRounding.ToEven);
        return double.IsFinite(value) ? double.Parse(value.ToString("F" + precision, CultureInfo.InvariantCulture), CultureInfo.InvariantCulture) : value;
    }

    private static decimal Power(int exponent) => (decimal)Math.Pow(10, exponent);

    private static long? Whole(string text, long numberBase)
    {
        var digits = TextMethods.Strip(text, null).Replace("_", "", StringComparison.Ordinal);
        var isNegative = digits.StartsWith('-');
        digits = digits.TrimStart('+', '-').ToLowerInvariant();
        if (digits.Length > 2 && digits[0] == '0' && (numberBase, digits[1]) is (16 or 0, 'x') or (8 or 0, 'o') or (2 or 0, 'b'))
            (digits, numberBase) = (digits[2..], digits[1] == 'x' ? 16 : digits[1] == 'o' ? 8 : 2);
        long value = 0;
        foreach (var digit in digits)
        {
            var number = digit is >= '0' and <= '9' ? digit - '0' : digit is >= 'a' and <= 'z' ? digit - 'a' + 10 : 99;
            if (number >= (numberBase == 0 ? 10 : numberBase) || value > (long.MaxValue - number) / 36)
                return null;
            value = (value * (numberBase == 0 ? 10 : numberBase)) + number;
        }

        return digits == "" ? null : isNegative ? -value : value;
    }

    private static double? Real(string text) => TextMethods.Strip(text, null).ToLowerInvariant() switch
    {
        "nan" or "+nan" or "-nan" => double.NaN,
        "inf" or "infinity" or "+inf" or "+infinity" => double.PositiveInfinity,
        "-inf" or "-infinity" => double.NegativeInfinity,
        var digits => double.TryParse(
            digits.Replace("_", "", StringComparison.Ordinal), NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null,
    };
}
