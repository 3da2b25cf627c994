namespace Cohort.Parsing;

/// <summary>Finds what a text marks as its final answer, in one pass over it.</summary>
public static class MarkedAnswer
{
    /// <summary>The tag before an answer.</summary>
    internal const string OpenTag = "<answer>";

    /// <summary>The tag after an answer.</summary>
    internal const string CloseTag = "</answer>";

    private const string Box = "\\boxed{", Hash = "####";

    /// <summary>Finds the part of a text that holds its final answer.</summary>
    /// <param name="text">Text of any length and content.</param>
    /// <param name="place">Where to look; the whole text is what <see cref="AnswerPlace.Last"/> finds.</param>
    /// <returns>
    /// The part, white space around it aside; empty where there is none, where the last box is not closed, or where there are other answer tags
    /// than one that opens and then one that closes.
    /// </returns>
    public static ReadOnlySpan<char> Find(ReadOnlySpan<char> text, AnswerPlace place)
    {
        if (place == AnswerPlace.AnswerTag)
            return Find(BetweenTags(text), AnswerPlace.Any);

        var box = place is AnswerPlace.Any or AnswerPlace.Boxed ? text.LastIndexOf(Box, StringComparison.Ordinal) : -1;
        var hash = box < 0 && place is (AnswerPlace.Any or AnswerPlace.Hash) ? text.LastIndexOf(Hash, StringComparison.Ordinal) : -1;
        if (box >= 0)
            return UpToClosing(text[(box + Box.Length)..]).Trim();

        if (hash >= 0)
            return FirstLine(text[(hash + Hash.Length)..]).Trim();

        return place is AnswerPlace.Any or AnswerPlace.Last ? text.Trim() : [];
    }

    private static ReadOnlySpan<char> BetweenTags(ReadOnlySpan<char> text)
    {
        var open = text.IndexOf(OpenTag, StringComparison.Ordinal);
        var close = text.IndexOf(CloseTag, StringComparison.Ordinal);
        var isOne = open >= 0 && close > open
            && open == text.LastIndexOf(OpenTag, StringComparison.Ordinal)
            && close == text.LastIndexOf(CloseTag, StringComparison.Ordinal);
        return isOne ? text[(open + OpenTag.Length)..close] : [];
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
