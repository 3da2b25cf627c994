using System.Globalization;

namespace Cohort.Reports;

/// <summary>Round numbers along an axis: multiples of 1, 2 or 5 times a power of ten.</summary>
/// <param name="Values">Ascending.</param>
/// <param name="Step">Their distance.</param>
internal sealed record Ticks(IReadOnlyList<double> Values, double Step)
{
    // Below this a span is as good as none; above its inverse, numbers are beyond drawing.
    private const double Smallest = 1e-100;

    /// <summary>Ticks that enclose a range.</summary>
    /// <param name="low">Lowest value; finite.</param>
    /// <param name="high">Highest value; finite.</param>
    /// <param name="atMost">Intervals at most; at least 2.</param>
    public static Ticks Around(double low, double high, int atMost)
    {
        (low, high) = Widen(low, high);
        var step = RoundUp((high - low) / atMost);
        while (Math.Ceiling(high / step - 1e-9) - Math.Floor(low / step + 1e-9) > atMost)
            step = RoundUp(step * 1.5);

        var first = (long)Math.Floor(low / step + 1e-9);
        var last = (long)Math.Ceiling(high / step - 1e-9);
        return new(Enumerable.Range(0, (int)(last - first) + 1).Select(i => (first + i) * step).ToArray(), step);
    }

    /// <summary>A tick's label: decimals as the step needs them; thousands as k, millions as M, billions as G.</summary>
    public string Label(double tick)
    {
        var largest = Math.Max(Math.Abs(Values[0]), Math.Abs(Values[^1]));
        var (unit, suffix) = largest switch
        {
            >= 1e13 or < 1e-4 => (0.0, ""),
            >= 1e10 => (1e9, "\u202FG"),
            >= 1e6 => (1e6, "\u202FM"),
            >= 1e4 => (1e3, "\u202Fk"),
            _ => (1.0, ""),
        };
        if (Math.Abs(tick) < Step / 2)
            return "0";

        var decimals = unit == 0 ? 0 : Math.Clamp((int)Math.Ceiling(-Math.Log10(Step / unit) - 1e-9), 0, 9);
        var digits = unit == 0
            ? tick.ToString("0.##e0", CultureInfo.InvariantCulture)
            : (tick / unit).ToString($"F{decimals}", CultureInfo.InvariantCulture);
        return digits.Replace('-', '\u2212') + suffix;
    }

    // A range of no width is given one.
    private static (double Low, double High) Widen(double low, double high)
    {
        var size = Math.Max(Math.Abs(low), Math.Abs(high));
        if (high - low > Math.Max(Smallest, 1e-9 * size))
            return (low, high);

        return size < Smallest ? (0, 1) : (low - (size / 2), high + (size / 2));
    }

    // The next number of 1, 2, 5 times a power of ten.
    private static double RoundUp(double width)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(width)));
        var digit = width / power;
        return power * (digit <= 1 + 1e-9 ? 1 : digit <= 2 + 1e-9 ? 2 : digit <= 5 + 1e-9 ? 5 : 10);
    }
}
