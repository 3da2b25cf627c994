using Cohort.Telemetry;

namespace Cohort.Reports;

/// <summary>The newest logged group of each run: what the last lessons looked like.</summary>
internal static class GroupSection
{
    private const int MostRows = 16;

    /// <summary>The section; nothing where no run logged completions.</summary>
    public static Markup Of(IReadOnlyList<ReportRun> runs)
    {
        var groups = runs.Where(run => run.Rollouts.Count > 0).Select(Group).ToArray();
        return groups.Length == 0 ? Markup.Empty : $"""
            <section><h2>The newest group</h2>
            <p class="note">Completions of one prompt, as they were sampled in training. An update makes a completion more likely where its
            advantage is positive, and less where it is negative.</p>
            {groups}</section>

            """;
    }

    private static Markup Group(ReportRun run)
    {
        var newest = run.Rollouts[^1];
        var lines = run.Rollouts.Where(line => line.Step == newest.Step && line.Prompt == newest.Prompt).ToArray();
        var shown = lines.Take(MostRows).ToArray();
        var more = shown.Length < lines.Length ? $"; {shown.Length} of {lines.Length} completions" : "";
        return $"""
            <h3>{run.Name}, step {newest.Step}, problem {newest.ProblemId}</h3>
            <div class="sample">{ModelText.Of(newest.PromptText)}</div>
            <div class="scroll" role="region" aria-label="Newest group of {run.Name}" tabindex="0"><table>
            <caption>Completions and what they were worth{more}</caption>
            <thead><tr><th scope="col">sample</th><th scope="col" class="number">score</th><th scope="col" class="number">advantage</th>
            <th scope="col" class="wide">completion</th><th scope="col">parts of the score</th><th scope="col" class="number">tokens</th>
            <th scope="col">end</th></tr></thead>
            <tbody>{shown.Select(Row)}</tbody></table></div>

            """;
    }

    private static Markup Row(RolloutLine line) => $"""
        <tr><th scope="row">{line.Sample}</th><td class="number">{Score(line.Score)}</td>
        <td class="number">{NumberText.Of(line.Advantage)}</td><td>{ModelText.Of(line.Completion)}</td>
        <td class="parts">{line.Parts.Select(Part)}{line.Unscored}</td><td class="number">{line.Tokens}</td><td>{line.Finish}</td></tr>

        """;

    private static string Score(double score) => double.IsFinite(score) ? NumberText.Of(score) : "none";

    private static Markup Part(KeyValuePair<string, double> part) => $"<span>{part.Key} {NumberText.Of(part.Value)}</span> ";
}
