namespace Cohort.Rewards;

/// <summary>The format in which a model thinks between tags before it answers, as TRL's think_format_reward accepts it.</summary>
public static class ThinkFormat
{
    private const string Open = "<think>", Close = "</think>";

    /// <summary>
    /// Whether the text begins with the opening tag, has no second one, and has a closing tag after it; anything may stand between and after.
    /// </summary>
    /// <param name="text">Model-written text of any length and content; read in time proportional to its length.</param>
    public static bool Holds(ReadOnlySpan<char> text) =>
        text.StartsWith(Open, StringComparison.Ordinal)
        && !text[Open.Length..].Contains(Open, StringComparison.Ordinal)
        && text.Contains(Close, StringComparison.Ordinal);
}
