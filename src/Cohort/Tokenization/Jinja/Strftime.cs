using System.Globalization;
using System.Text;

namespace Cohort.Tokenization.Jinja;

/// <summary>Dates as Python's strftime writes them in the C locale.</summary>
internal static class Strftime
{
    /// <summary>A date and time in a format.</summary>
    /// <param name="now">The time.</param>
    /// <param name="format">Such as "%d %b %Y"; a minus behind the per cent sign takes a leading zero away.</param>
    public static string Format(DateTime now, string format)
    {
        var text = new StringBuilder();
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                text.Append(format[at]);
                continue;
            }

            var bare = format[at + 1] == '-' && at + 2 < format.Length;
            at += bare ? 2 : 1;
            var part = Part(now, format[at]);
            text.Append(bare && part.TrimStart('0', ' ') is { Length: > 0 } shorter ? shorter : bare ? "0" : part);
        }

        return text.ToString();
    }

    private static string Part(DateTime now, char code)
    {
        return code switch
        {
            'a' => In("ddd"),
            'A' => In("dddd"),
            'b' or 'h' => In("MMM"),
            'B' => In("MMMM"),
            'd' => In("dd"),
            'e' => now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'm' => In("MM"),
            'y' => In("yy"),
            'Y' => In("yyyy"),
            'H' => In("HH"),
            'I' => In("hh"),
            'M' => In("mm"),
            'S' => In("ss"),
            'f' => In("ffffff"),
            'p' => In("tt"),
            'j' => now.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'w' => ((int)now.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'u' => (((int)now.DayOfWeek + 6) % 7 + 1).ToString(CultureInfo.InvariantCulture),
            'F' => In("yyyy-MM-dd"),
            'T' => In("HH:mm:ss"),
            'R' => In("HH:mm"),
            'D' or 'x' => In("MM/dd/yy"),
            'X' => In("HH:mm:ss"),
            'c' => In("ddd MMM ") + now.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2) + In(" HH:mm:ss yyyy"),
            'n' => "\n",
            't' => "\t",
            'Z' or 'z' => "",
            '%' => "%",
            _ => throw new JinjaException($"strftime_now: '%{code}' is not supported"),
        };

        string In(string format) => now.ToString(format, CultureInfo.InvariantCulture);
    }
}
