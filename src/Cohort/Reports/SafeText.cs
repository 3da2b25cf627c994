using System.Globalization;
using System.Text;

namespace Cohort.Reports;

/// <summary>
/// Any text as text of a page, in elements and in quoted attributes: escaped, and shown as what it is. Control characters, marks that would
/// reorder the page and what is no character appear as their numbers; half of a surrogate pair as U+FFFD.
/// </summary>
internal static class SafeText
{
    /// <summary>Appends a text.</summary>
    public static void Append(StringBuilder html, string text)
    {
        foreach (var rune in text.EnumerateRunes()) // gives U+FFFD for half of a pair
            Append(html, rune);
    }

    /// <summary>The text for a place that escapes by itself: only what hides or reorders is replaced.</summary>
    public static string Visible(string text)
    {
        var visible = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is not ('\n' or '\t') && IsHidden(rune.Value))
                visible.Append(CultureInfo.InvariantCulture, $"[U+{rune.Value:X4}]");
            else
                visible.Append(rune.ToString());
        }

        return visible.ToString();
    }

    private static void Append(StringBuilder html, Rune rune)
    {
        switch (rune.Value)
        {
            case '&': html.Append("&amp;"); break;
            case '<': html.Append("&lt;"); break;
            case '>': html.Append("&gt;"); break;
            case '"': html.Append("&quot;"); break;
            case '\'': html.Append("&#39;"); break;
            case '\n' or '\t': html.Append((char)rune.Value); break;
            case var value when IsHidden(value): html.Append(CultureInfo.InvariantCulture, $"[U+{value:X4}]"); break;
            default: html.Append(rune.ToString()); break;
        }
    }

    private static bool IsHidden(int value) => value
        is < 0x20 or (>= 0x7F and < 0xA0) // control characters
        or 0x61C or 0x200E or 0x200F or (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069) // direction marks
        || value is (>= 0xFDD0 and <= 0xFDEF) || (value & 0xFFFE) == 0xFFFE; // no characters
}
