namespace Cohort.Parsing;

/// <summary>What a text ends with.</summary>
internal static class Suffix
{
    /// <summary>Drops one of several endings from a text, once.</summary>
    /// <param name="text">The text; afterwards what stands before the ending.</param>
    /// <param name="endings">Not empty ones.</param>
    /// <returns>Whether it had one.</returns>
    public static bool TryDrop(ref ReadOnlySpan<char> text, string[] endings)
    {
        foreach (var ending in endings)
        {
            if (text.EndsWith(ending))
            {
                text = text[..^ending.Length];
                return true;
            }
        }

        return false;
    }

    /// <summary>A text without any of several endings, however many there are.</summary>
    /// <param name="text">The text.</param>
    /// <param name="endings">Not empty ones.</param>
    public static ReadOnlySpan<char> Without(ReadOnlySpan<char> text, string[] endings)
    {
        while (TryDrop(ref text, endings))
        {
        }

        return text;
    }
}
