using Cohort.Parsing;

namespace Cohort.Rewards;

/// <summary>The format in which a model thinks between one pair of tags and answers between another (DeepSeek-R1, arXiv:2501.12948, table 1).</summary>
public static class AnswerFormat
{
    private const string OpenThought = "<think>", CloseThought = "</think>";

    /// <summary>
    /// Whether the text is one pair of think tags and then one pair of answer tags, with anything but these tags inside each pair, and white space at most
    /// before, between and behind them.
    /// </summary>
    /// <param name="text">Model-written text of any length and content; read in time proportional to its length.</param>
    public static bool Holds(ReadOnlySpan<char> text)
    {
        var whole = text.Trim();
        var end = whole.IndexOf(CloseThought, StringComparison.Ordinal);
        if (end < 0 || !whole.StartsWith(OpenThought, StringComparison.Ordinal))
            return false;

        var answer = whole[(end + CloseThought.Length)..].TrimStart();
        return !HasTag(whole[OpenThought.Length..end])
            && answer.StartsWith(MarkedAnswer.OpenTag, StringComparison.Ordinal)
            && answer.EndsWith(MarkedAnswer.CloseTag, StringComparison.Ordinal)
            && !HasTag(answer[MarkedAnswer.OpenTag.Length..^MarkedAnswer.CloseTag.Length]);
    }

    private static bool HasTag(ReadOnlySpan<char> text) =>
        text.Contains(OpenThought, StringComparison.Ordinal) || text.Contains(CloseThought, StringComparison.Ordinal)
        || text.Contains(MarkedAnswer.OpenTag, StringComparison.Ordinal) || text.Contains(MarkedAnswer.CloseTag, StringComparison.Ordinal);
}
