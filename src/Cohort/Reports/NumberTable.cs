namespace Cohort.Reports;

/// <summary>A table of numbers with names in its first column.</summary>
internal static class NumberTable
{
    /// <summary>The table; nothing without a row.</summary>
    /// <param name="caption">What it shows.</param>
    /// <param name="head">The columns' names, that of the names first; any text.</param>
    /// <param name="rows">As many cells each; any text.</param>
    public static Markup Of(string caption, IReadOnlyList<string> head, IReadOnlyList<IReadOnlyList<string>> rows) => rows.Count == 0 ? Markup.Empty : $"""
        <div class="scroll" role="region" aria-label="{caption}" tabindex="0"><table>
        <caption>{caption}</caption>
        <thead><tr><th scope="col" class="wide">{head[0]}</th>{head.Skip(1).Select(Head)}</tr></thead>
        <tbody>{rows.Select(Row)}</tbody></table></div>

        """;

    private static Markup Head(string name) => $"""<th scope="col" class="number">{name}</th>""";

    private static Markup Row(IReadOnlyList<string> cells) => $"""
        <tr><th scope="row">{cells[0]}</th>{cells.Skip(1).Select(Cell)}</tr>

        """;

    private static Markup Cell(string text) => $"""<td class="number">{text}</td>""";
}
