using System.Globalization;
using System.Text;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Cohort.Cli.Terminals;

/// <summary>
/// The one way by which text that a model or a user wrote reaches the terminal. What would move the cursor, change colours, reorder the
/// line or vanish is shown as its code point, such as \u001b.
/// </summary>
internal static class SafeText
{
    /// <summary>Text for one line: a line end becomes \n.</summary>
    /// <param name="text">Any text.</param>
    public static string Line(string text) => Show(text, lineEnd: "\\n");

    /// <summary>Text whose line ends stay.</summary>
    /// <param name="text">Any text.</param>
    public static string Lines(string text) => Show(text, lineEnd: "\n");

    /// <summary>Text for one line inside of Spectre's markup: brackets are only brackets.</summary>
    /// <param name="text">Any text.</param>
    public static string InMarkup(string text) => Markup.Escape(Line(text));

    /// <summary>The beginning of a text in one line of a bounded width, with "…" where something was cut.</summary>
    /// <param name="text">Any text, of any length.</param>
    /// <param name="width">Most columns, at least 1. A character without a width of its own counts as one column, so that they cannot pile up.</param>
    public static string Cut(string text, int width)
    {
        // No character is shorter than half of a surrogate pair when shown: more than this is never needed.
        var line = Line(text.Length > 2 * width + 2 ? text[..(2 * width + 2)] : text);
        var (used, kept) = (0, 0);
        foreach (var rune in line.EnumerateRunes())
        {
            var cells = Cells(rune);
            if (used + cells > width)
                return $"{line[..WithRoomForOne(line, kept, used, width)]}…";

            (used, kept) = (used + cells, kept + rune.Utf16SequenceLength);
        }

        return line;
    }

    private static int Cells(Rune rune) => Math.Max(1, new Segment(rune.ToString()).CellCount());

    // How much of what fits is left where the mark of the cut needs a column too.
    private static int WithRoomForOne(string line, int kept, int used, int width)
    {
        while (used >= width)
        {
            _ = Rune.DecodeLastFromUtf16(line.AsSpan(0, kept), out var last, out var length);
            (used, kept) = (used - Cells(last), kept - length);
        }

        return kept;
    }

    private static string Show(string text, string lineEnd)
    {
        var safe = new StringBuilder(text.Length);
        for (var rest = text.AsSpan(); rest.Length > 0;)
        {
            var isWhole = Rune.DecodeFromUtf16(rest, out var rune, out var length) == System.Buffers.OperationStatus.Done;
            if (rune.Value == '\n')
                safe.Append(lineEnd);
            else if (isWhole && IsHarmless(rune))
                safe.Append(rest[..length]);
            else
                foreach (var unit in rest[..length])
                    safe.Append(CultureInfo.InvariantCulture, $"\\u{(int)unit:x4}");

            rest = rest[length..];
        }

        return safe.ToString();
    }

    // Control: C0 and C1, which hold ESC and CSI. Format: what reorders a line or has no width.
    private static bool IsHarmless(Rune rune) => Rune.GetUnicodeCategory(rune) is not (UnicodeCategory.Control
        or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
