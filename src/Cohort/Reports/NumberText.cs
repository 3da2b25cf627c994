using System.Globalization;

namespace Cohort.Reports;

/// <summary>Numbers as a reader wants them: few digits, thousands in groups, very large and very small ones with an exponent.</summary>
internal static class NumberText
{
    /// <summary>A number's text.</summary>
    /// <param name="value">A dash stands for what is not finite.</param>
    /// <param name="digits">Significant digits.</param>
    public static string Of(double value, int digits = 4)
    {
        var size = Math.Abs(value);
        if (!double.IsFinite(value))
            return "–";

        var decimals = size < 1e-3 ? 0 : Math.Max(0, digits - 1 - (int)Math.Floor(Math.Log10(size)));
        return size switch
        {
            0 => "0",
            < 1e-3 or >= 1e12 => Signed(value, "0.###e0"),
            >= 1000 => Signed(value, "#,0").Replace(',', '\u202F'),
            _ => Signed(value, $"0.{new string('#', decimals)}"),
        };
    }

    /// <summary>A share as a percentage with one decimal, without its sign.</summary>
    public static string Percent(double fraction) =>
        double.IsFinite(fraction) ? (100 * fraction).ToString("0.0", CultureInfo.InvariantCulture) : "–";

    // A true minus sign, as wide as a digit.
    private static string Signed(double value, string format) =>
        value.ToString(format, CultureInfo.InvariantCulture).Replace('-', '\u2212');
}
