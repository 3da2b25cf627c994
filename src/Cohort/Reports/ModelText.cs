namespace Cohort.Reports;

/// <summary>Text that a model or a data file wrote: whole up to a length, each by itself in its own direction.</summary>
internal static class ModelText
{
    private const int Longest = 2000;

    /// <summary>A block of text.</summary>
    public static Markup Of(string text) => text is "" ? Nothing : $"""
        <pre class="text" dir="auto">{text[..Math.Min(text.Length, Longest)]}</pre>{Rest(text.Length - Longest)}
        """;

    private static Markup Nothing => $"""<p class="text empty">(empty)</p>""";

    private static Markup Rest(int left) => left <= 0 ? Markup.Empty : $"""<p class="note">{left} more characters</p>""";
}
