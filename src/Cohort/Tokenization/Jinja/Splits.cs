namespace Cohort.Tokenization.Jinja;

/// <summary>Python's split and rsplit.</summary>
internal static class Splits
{
    /// <summary>The parts between separators.</summary>
    /// <param name="text">The text.</param>
    /// <param name="separator">What stands between parts; null is any run of spaces.</param>
    /// <param name="most">How many cuts at most.</param>
    /// <param name="fromRight">Whether the cuts are counted from the end.</param>
    public static IReadOnlyList<string> Of(string text, string? separator, int most, bool fromRight) => (separator, fromRight) switch
    {
        (null, false) => AtSpaces(text, most),
        (null, true) => AtSpacesFromRight(text, most),
        (_, false) => text.Split(separator, most + 1),
        (_, true) => FromRight(text, separator, most),
    };

    private static List<string> AtSpaces(string text, int most)
    {
        var parts = new List<string>();
        for (var at = 0; ;)
        {
            while (at < text.Length && Texts.IsSpace(text[at]))
                at++;
            if (at == text.Length)
                return parts;
            if (parts.Count == most)
            {
                parts.Add(Texts.TrimEnd(text[at..]));
                return parts;
            }

            var start = at;
            while (at < text.Length && !Texts.IsSpace(text[at]))
                at++;
            parts.Add(text[start..at]);
        }
    }

    private static List<string> AtSpacesFromRight(string text, int most)
    {
        var parts = new List<string>();
        for (var end = text.Length; ;)
        {
            while (end > 0 && Texts.IsSpace(text[end - 1]))
                end--;
            if (end > 0 && parts.Count == most)
            {
                parts.Add(text[..end].TrimStart(Texts.Spaces.ToCharArray()));
                end = 0;
            }

            if (end == 0)
            {
                parts.Reverse();
                return parts;
            }

            var start = end;
            while (start > 0 && !Texts.IsSpace(text[start - 1]))
                start--;
            parts.Add(text[start..end]);
            end = start;
        }
    }

    private static List<string> FromRight(string text, string separator, int most)
    {
        var parts = new List<string>();
        var end = text.Length;
        while (parts.Count < most && end >= separator.Length
            && text.LastIndexOf(separator, end - 1, end, StringComparison.Ordinal) is var at and >= 0)
        {
            parts.Add(text[(at + separator.Length)..end]);
            end = at;
        }

        parts.Add(text[..end]);
        parts.Reverse();
        return parts;
    }
}
