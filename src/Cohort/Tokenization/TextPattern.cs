using System.Text;

namespace Cohort.Tokenization;

/// <summary>Something to look for in a text: in tokenizer.json a String or a Regex.</summary>
internal abstract class TextPattern
{
    private protected TextPattern()
    {
    }

    /// <summary>The text cut into matches and what lies between them, in order and without gaps.</summary>
    public List<(int Start, int End, bool IsMatch)> Parts(ReadOnlySpan<char> text)
    {
        var parts = new List<(int Start, int End, bool IsMatch)>();
        var last = 0;
        foreach (var (start, end) in Matches(text))
        {
            if (start > last)
                parts.Add((last, start, false));
            parts.Add((start, end, true));
            last = end;
        }

        if (last < text.Length)
            parts.Add((last, text.Length, false));
        return parts;
    }

    /// <summary>The text with every match replaced.</summary>
    public virtual string Replace(string text, string content)
    {
        var replaced = new StringBuilder(text.Length);
        foreach (var (start, end, isMatch) in Parts(text))
            replaced.Append(isMatch ? content : text.AsSpan(start, end - start));
        return replaced.ToString();
    }

    /// <summary>Where the matches are, leftmost first, without overlaps.</summary>
    protected abstract List<(int Start, int End)> Matches(ReadOnlySpan<char> text);
}

/// <summary>A text that is looked for as it is.</summary>
/// <param name="literal">Not empty.</param>
internal sealed class LiteralPattern(string literal) : TextPattern
{
    /// <inheritdoc/>
    public override string Replace(string text, string content) => text.Replace(literal, content, StringComparison.Ordinal);

    /// <inheritdoc/>
    protected override List<(int Start, int End)> Matches(ReadOnlySpan<char> text)
    {
        var matches = new List<(int Start, int End)>();
        for (var start = 0; text[start..].IndexOf(literal) is >= 0 and var distance; start += distance + literal.Length)
            matches.Add((start + distance, start + distance + literal.Length));
        return matches;
    }
}
