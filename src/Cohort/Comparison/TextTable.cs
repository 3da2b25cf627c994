using System.Globalization;
using System.Text;
using Cohort.Evaluation;

namespace Cohort.Comparison;

/// <summary>Small tables and paragraphs for a terminal of 100 columns.</summary>
public static class TextTable
{
    /// <summary>Columns of the terminal.</summary>
    public const int Width = 100;

    private const int LongestName = 42;

    /// <summary>A table: the first column to the left, numbers to the right.</summary>
    /// <param name="rows">The head first; all as long as it is.</param>
    internal static IEnumerable<string> Lines(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var widths = rows[0].Select((_, column) => rows.Max(row => Cell(row, column).Length)).ToArray();
        return rows.Select(row => string.Concat(widths.Select((width, column) =>
            column == 0 ? "  " + Cell(row, 0).PadRight(width) : "  " + Cell(row, column).PadLeft(width))).TrimEnd());

        static string Cell(IReadOnlyList<string> row, int column) => Short(row[column]);
    }

    /// <summary>A paragraph, broken between its words.</summary>
    /// <param name="text">Words with one space between them.</param>
    /// <param name="indent">Before each line.</param>
    /// <returns>Lines of at most <see cref="Width"/> columns, unless a word is longer.</returns>
    public static IEnumerable<string> Wrap(string text, string indent = "")
    {
        var line = new StringBuilder(indent);
        foreach (var word in text.Split(' '))
        {
            if (line.Length > indent.Length && line.Length + 1 + word.Length > Width)
            {
                yield return line.ToString();
                line.Clear().Append(indent);
            }

            line.Append(line.Length > indent.Length ? " " : "").Append(word);
        }

        yield return line.ToString();
    }

    /// <summary>A number of a few digits; a dash for what was not measured.</summary>
    internal static string Number(double value) => Math.Abs(value) switch
    {
        double.NaN or double.PositiveInfinity => "-",
        >= 1e9 => value.ToString("0.00e0", CultureInfo.InvariantCulture),
        >= 1000 => value.ToString("#,0", CultureInfo.InvariantCulture),
        >= 100 => value.ToString("0", CultureInfo.InvariantCulture),
        0 => "0",
        < 1e-3 => value.ToString("0.00e0", CultureInfo.InvariantCulture),
        _ => value.ToString("G3", CultureInfo.InvariantCulture),
    };

    /// <summary>A number with half the width of its interval.</summary>
    internal static string PlusMinus(Interval interval) =>
        Number(interval.Estimate) + (double.IsFinite(interval.High) ? $" ±{Number((interval.High - interval.Low) / 2)}" : "");

    /// <summary>A share in percent with half the width of its interval.</summary>
    internal static string PercentPlusMinus(Interval interval) => !double.IsFinite(interval.Estimate) ? "-"
        : Verdicts.Number(interval.Estimate) + (double.IsFinite(interval.High) ? $" ±{Verdicts.Number((interval.High - interval.Low) / 2)}" : "");

    /// <summary>A share in percent with its interval.</summary>
    internal static string Percent(Interval interval) => !double.IsFinite(interval.Estimate) ? "-"
        : Verdicts.Number(interval.Estimate) + (double.IsFinite(interval.Low) ? $" [{Verdicts.Number(interval.Low)}, {Verdicts.Number(interval.High)}]" : "");

    /// <summary>A difference in points with its sign and interval.</summary>
    internal static string Signed(Interval interval) => (interval.Estimate > 0 ? "+" : "") + Percent(interval);

    private static string Short(string name) => name.Length <= LongestName ? name : name[..(LongestName - 1)] + "…";
}
