using System.Globalization;
using System.Text;
using Spectre.Console;

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
