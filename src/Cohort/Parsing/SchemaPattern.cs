using System.Text;
using System.Text.RegularExpressions;

namespace Cohort.Parsing;

/// <summary>
/// A pattern of a JSON Schema as a regular expression that never backtracks, so that a match takes time linear in the text. As in ECMA-262, it is found
/// anywhere in the text, \d and \w are ASCII, and $ is the very end; look-around and back references are refused. Unlike there with the flag u, a
/// character beyond U+FFFF counts as two. A pattern that counts high may still need a step per state for each character, so that it has a time-out, too.
/// </summary>
internal static class SchemaPattern
{
    /// <summary>Reads a pattern.</summary>
    /// <param name="pattern">The author's pattern, never a model's text.</param>
    /// <exception cref="ArgumentException">It is no pattern, or has \D or \W within brackets.</exception>
    /// <exception cref="NotSupportedException">It has what cannot be matched without backtracking, or too many states.</exception>
    /// <returns>The pattern; a match that takes longer than <see cref="JsonSchema.LongestMatching"/> throws.</returns>
    public static Regex Read(string pattern) =>
        new(Translate(pattern), RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, JsonSchema.LongestMatching);

    private static string Translate(string pattern)
    {
        var text = new StringBuilder();
        var inBrackets = false;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] == '\\' && i + 1 < pattern.Length)
            {
                text.Append(Escape(pattern[++i], inBrackets));
                continue;
            }

            text.Append(pattern[i] switch { '$' when !inBrackets => "\\z", '[' when inBrackets => "\\[", var other => other.ToString() });
            inBrackets = pattern[i] == '[' || (inBrackets && pattern[i] != ']');
        }

        return text.ToString();
    }

    private static string Escape(char letter, bool inBrackets) => letter switch
    {
        'd' => inBrackets ? "0-9" : "[0-9]",
        'w' => inBrackets ? "a-zA-Z0-9_" : "[a-zA-Z0-9_]",
        'D' when !inBrackets => "[^0-9]",
        'W' when !inBrackets => "[^a-zA-Z0-9_]",
        'D' or 'W' => throw new ArgumentException($"\\{letter} cannot stand within brackets"),
        _ => $"\\{letter}",
    };
}
