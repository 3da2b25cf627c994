namespace Cohort.Reports;

/// <summary>What was run, and the result in a sentence.</summary>
internal static class HeaderSection
{
    /// <summary>The section.</summary>
    public static Markup Of(ReportContent content) => $"""
        <header>
        <h1>{content.Title}</h1>
        {Summary(content.Summary)}{Facts(content.Facts)}
        </header>
        """;

    private static Markup Summary(string summary) => summary is "" ? Markup.Empty : $"""
        <p class="summary">{summary}</p>

        """;

    private static Markup Facts(IReadOnlyList<ReportFact> facts) =>
        facts.Count == 0 ? Markup.Empty : $"""<dl class="facts">{facts.Select(Fact)}</dl>""";

    private static Markup Fact(ReportFact fact) => $"<div><dt>{fact.Label}</dt><dd>{fact.Text}</dd></div>";
}
