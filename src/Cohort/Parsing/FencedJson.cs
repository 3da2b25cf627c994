namespace Cohort.Parsing;

/// <summary>Finds the JSON that a text gives as its answer, in one pass over it.</summary>
public static class FencedJson
{
    private const string Fence = "```", Opening = "```json";

    /// <summary>The last block between a line <c>```json</c> and the next line that begins with <c>```</c>; without such a line, the whole text.</summary>
    /// <param name="text">Text of any length and content.</param>
    /// <returns>The part; empty where the last block is not closed.</returns>
    public static ReadOnlySpan<char> Find(ReadOnlySpan<char> text)
    {
        for (var end = text.Length; text[..end].LastIndexOf(Opening, StringComparison.Ordinal) is var start and >= 0; end = start)
        {
            var after = text[(start + Opening.Length)..end];
            var rest = after.TrimStart(" \t\r");
            if ((start == 0 || text[start - 1] == '\n') && rest.StartsWith('\n'))
                return UpToFence(text[(end - rest.Length + 1)..]);
        }

        return text;
    }

    private static ReadOnlySpan<char> UpToFence(ReadOnlySpan<char> block)
    {
        if (block.StartsWith(Fence))
            return [];

        var end = block.IndexOf("\n" + Fence, StringComparison.Ordinal);
        return end < 0 ? [] : block[..end];
    }
}
