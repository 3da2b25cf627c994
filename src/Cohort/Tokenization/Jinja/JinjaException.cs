namespace Cohort.Tokenization.Jinja;

/// <summary>A template cannot be read or rendered. The line is that of the template, or 0 where no statement was being run yet.</summary>
internal sealed class JinjaException(string message, int line = 0) : Exception(message)
{
    /// <summary>The line of the template, from 1; 0 where it is not known.</summary>
    public int Line { get; } = line;

    /// <summary>Whether the template itself refused, by raise_exception.</summary>
    public bool IsRaisedByTemplate { get; init; }

    /// <summary>The same with a line, where it has none yet.</summary>
    public JinjaException At(int line) => Line > 0 ? this : new(Message, line) { IsRaisedByTemplate = IsRaisedByTemplate };
}
