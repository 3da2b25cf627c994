namespace Cohort.Reports;

/// <summary>What a run was made of, and by which options.</summary>
internal static class LineageSection
{
    /// <summary>The sections; nothing of what the content does not have.</summary>
    public static Markup Of(ReportContent content) => $"{Options(content)}{Of(content.Lineage)}";

    /// <summary>Names and hashes; nothing where there are none.</summary>
    public static Markup Of(IReadOnlyList<ReportFact> facts) => facts.Count == 0 ? Markup.Empty : $"""
        <section><h2>Lineage</h2>
        <div class="scroll fit" role="region" aria-label="Lineage" tabindex="0"><table><caption>What was trained on what</caption>
        <tbody>{facts.Select(Fact)}</tbody></table></div></section>

        """;

    private static Markup Options(ReportContent content) => content.OptionsJson is "" && content.ChangedOptions.Count == 0 ? Markup.Empty : $"""
        <section><h2>Options</h2>
        {Changed(content.ChangedOptions)}{All(content.OptionsJson)}</section>

        """;

    private static Markup Changed(IReadOnlyList<ReportOption> options) => options.Count == 0 ? Markup.Empty : $"""
        <div class="scroll fit" role="region" aria-label="Options other than the defaults" tabindex="0"><table>
        <caption>Options that differ from the defaults</caption>
        <thead><tr><th scope="col">option</th><th scope="col">value</th><th scope="col">default</th></tr></thead>
        <tbody>{options.Select(Row)}</tbody></table></div>

        """;

    private static Markup Row(ReportOption option) => $"""
        <tr><th scope="row"><code>{option.Path}</code></th><td><code>{option.Value}</code></td><td><code>{option.Default}</code></td></tr>

        """;

    private static Markup All(string json) => json is "" ? Markup.Empty : $"""
        <details><summary>All options, defaults included</summary><pre class="code">{json}</pre></details>
        """;

    private static Markup Fact(ReportFact fact) => $"""<tr><th scope="row">{fact.Label}</th><td><code>{fact.Text}</code></td></tr>""";
}
