namespace Cohort.Reports;

/// <summary>Before and after: each model's share of solved problems with its interval.</summary>
internal static class ResultsSection
{
    /// <summary>The section; nothing where there are no results.</summary>
    public static Markup Of(ReportContent content) => content.Results.Count == 0 ? Markup.Empty : $"""
        <section><h2>Before and after</h2>
        <div class="scroll fit" role="region" aria-label="Results" tabindex="0"><table class="results">
        <caption>Problems solved{On(content.MeasuredOn)}, in percent, with 95 % intervals; the scale runs from 0 to 100</caption>
        <thead><tr><th scope="col">model</th><th scope="col">sampled answers</th><th scope="col">greedy answers</th></tr></thead>
        <tbody>{content.Results.Select(Row)}</tbody></table></div></section>

        """;

    private static string On(string measuredOn) => measuredOn is "" ? "" : $" of {measuredOn}";

    private static Markup Row(ReportResult result) => $"""
        <tr><th scope="row">{result.Label}</th>{Cells(result.Sampled)}{Cells(result.Greedy)}</tr>

        """;

    private static Markup Cells(Estimate estimate) => $"""
        <td class="estimate"><b>{NumberText.Percent(estimate.Value)}</b><span>{Range(estimate)}</span>{Drawing(estimate)}</td>
        """;

    private static Markup Drawing(Estimate estimate) => double.IsFinite(estimate.Value) ? SvgWriter.Interval(estimate) : Markup.Empty;

    private static string Range(Estimate estimate) => double.IsFinite(estimate.Low) && double.IsFinite(estimate.High)
        ? $"{NumberText.Percent(estimate.Low)} to {NumberText.Percent(estimate.High)}"
        : "";
}
