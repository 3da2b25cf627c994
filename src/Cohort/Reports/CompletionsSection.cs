using Cohort.Telemetry;

namespace Cohort.Reports;

/// <summary>Logged groups of each run side by side: at the begin, in the middle, and the newest.</summary>
internal static class CompletionsSection
{
    private const int MostCompletions = 16;

    /// <summary>The section; nothing where no run logged completions.</summary>
    public static Markup Of(IReadOnlyList<ReportRun> runs)
    {
        var logged = runs.Where(run => run.Rollouts.Count > 0).ToArray();
        return logged.Length == 0 ? Markup.Empty : $"""
            <section><h2>Completions in training</h2>
            <p class="note">Completions of one prompt, as they were sampled. An update makes a completion more likely where its advantage is
            positive, and less where it is negative.</p>
            {logged.SelectMany((run, place) => Steps(run).Select((lines, at) => Group(run, lines, $"tokens-{place}-{at}", isOpen: at == 0)))}</section>

            """;
    }

    // The newest first; of each step a prompt whose completions score differently, since only those teach something.
    private static IEnumerable<RolloutLine[]> Steps(ReportRun run)
    {
        var steps = run.Rollouts.Select(line => line.Step).Distinct().ToArray();
        foreach (var step in new[] { steps[^1], steps[steps.Length / 2], steps[0] }.Distinct())
        {
            var groups = run.Rollouts.Where(line => line.Step == step).GroupBy(line => line.Prompt).Select(group => group.ToArray()).ToArray();
            yield return groups.FirstOrDefault(group => group.Select(line => line.Score).Distinct().Count() > 1) ?? groups[^1];
        }
    }

    private static Markup Group(ReportRun run, RolloutLine[] lines, string name, bool isOpen)
    {
        var shown = lines.Take(MostCompletions).ToArray();
        var more = shown.Length < lines.Length ? $"; {shown.Length} of {lines.Length} completions" : "";
        var content = new TokenColours(shown);
        Markup heading = $"<summary><h3>{run.Name}, step {lines[0].Step}, problem {lines[0].ProblemId}{more}</h3></summary>";
        Markup body = $"""
            <div class="rollouts"><div class="sample">{ModelText.Of(lines[0].PromptText)}</div>
            {content.Choice(name)}
            <div class="answers">{shown.Select(line => Card(line, content))}</div></div>
            """;
        return isOpen
            ? (Markup)$"""<details class="step" open="open">{heading}{body}</details>"""
            : $"""<details class="step">{heading}{body}</details>""";
    }

    private static Markup Card(RolloutLine line, TokenColours colours) => $"""
        <article class="answer card"><h4>sample {line.Sample}</h4>
        <p class="worth"><span>score <b>{(double.IsFinite(line.Score) ? NumberText.Of(line.Score) : "none")}</b></span>
        <span>advantage <b>{NumberText.Of(line.Advantage)}</b></span> {line.Parts.Select(Part)}</p>
        {(line.Details.Count == 0 ? ModelText.Of(line.Completion) : colours.Text(line))}
        <p class="note">{line.Tokens} tokens, {line.Finish}{(line.Unscored is "" ? "" : $"; {line.Unscored}")}</p></article>

        """;

    private static Markup Part(KeyValuePair<string, double> part) => $"<span>{part.Key} <b>{NumberText.Of(part.Value)}</b></span> ";
}
