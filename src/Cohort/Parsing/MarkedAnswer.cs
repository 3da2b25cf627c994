namespace Cohort.Parsing;

/// <summary>Finds what a text marks as its final answer, in one pass over it.</summary>
public static class MarkedAnswer
{
    private const string Box = "\\boxed{", Hash = "####";

    /// <summary>Finds the part of a text that holds its final answer.</summary>
    /// <param name="text">Text of any length and content.</param>
    /// <param name="place">Where to look; the whole text is what <see cref="AnswerPlace.Last"/> finds.</param>
    /// <returns>The part, white space around it aside; empty where there is none, or where the last box is not closed.</returns>
    public static ReadOnlySpan<char> Find(ReadOnlySpan<char> text, AnswerPlace place)
    {
        var box = place is AnswerPlace.Any or AnswerPlace.Boxed ? text.LastIndexOf(Box, StringComparison.Ordinal) : -1;
        var hash = box < 0 && place is (AnswerPlace.Any or AnswerPlace.Hash) ? text.LastIndexOf(Hash, StringComparison.Ordinal) : -1;
        if (box >= 0)
            return UpToClosing(text[(box + Box.Length)..]).Trim();

        if (hash >= 0)
            return FirstLine(text[(hash + Hash.Length)..]).Trim();

        return place is AnswerPlace.Any or AnswerPlace.Last ? text.Trim() : [];
    }

    private static ReadOnlySpan<char> UpToClosing(ReadOnlySpan<char> text)
    {
        var open = 1;
        for (var i = 0; i < text.Length; i++)
        {
            open += text[i] == '{' ? 1 : text[i] == '}' ? -1 : 0;
            if (open == 0)
                return text[..i];
        }

        return [];
    }

    private static ReadOnlySpan<char> FirstLine(ReadOnlySpan<char> text)
    {
        var end = text.IndexOfAny('\n', '\r');
        return end < 0 ? text : text[..end];
    }
}
