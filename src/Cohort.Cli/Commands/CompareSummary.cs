using System.Text.Json;
using System.Text.Json.Nodes;
using Cohort.Cli.Terminals;
using Cohort.Comparison;
using Cohort.Reports;
using Cohort.Tensors;

namespace Cohort.Cli.Commands;

/// <summary>What a comparison came to, of the runs that are finished: result.json, report.html, and what is printed.</summary>
/// <param name="Folder">The comparison's.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Runs">The finished runs.</param>
/// <param name="Failed">Jobs that failed.</param>
internal sealed record CompareSummary(ComparisonFolder Folder, ComparisonPlan Plan, IReadOnlyList<CellRun> Runs, IReadOnlyList<JobEnd> Failed)
{
    private string Place => Numbers.ShortPath(Folder.Root);

    private int Planned => Plan.Cells.Count();

    // Of files of every run: read once.
    private double ProcessorSeconds { get; } = ProcessorTime.Of(Plan, Folder).Spent;

    private string Cost => double.IsNaN(ProcessorSeconds) ? "" : $", {Numbers.ProcessorTime(ProcessorSeconds)}";

    // Results do without probes, whose failures stand in the limits.
    private IEnumerable<JobEnd> FailedRuns => Failed.Where(end => end.Job.Kind != JobKind.Probe);

    private string Page => Path.Combine(Folder.Root, ComparisonPage.FileName);

    private string Result => Path.Combine(Folder.Root, ComparisonJson.FileName);

    /// <summary>Analyses the runs, writes the files, and prints to standard output.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="analysis">What is asked beside the runs; the rest is filled in here.</param>
    /// <param name="json">As one JSON object instead of tables.</param>
    public void Print(Terminal terminal, AnalysisOptions analysis, bool json)
    {
        var result = Runs.Count == 0 ? null : ComparisonAnalysis.Of(Runs, analysis with
        {
            Failed = Failed,
            Probes = Folder.LoadProbes(Plan),
            AddedSeeds = [.. Plan.Seeds.Where(seed => seed.FinishedRuns > 0).Select(seed => seed.Seed)],
            Jobs = Plan.Jobs,
            Facts = Facts(),
            Lineage = Lineage(),
        });
        if (result is not null)
        {
            AtomicFile.WriteText(Result, ComparisonJson.Of(result));
            ComparisonPage.Write(Page, result, Title());
        }

        if (json)
        {
            terminal.Output.WriteLine(Json(result));
            return;
        }

        foreach (var line in result is null ? [] : ComparisonText.Lines(result))
            terminal.Output.WriteLine(SafeText.Line(line));

        terminal.Output.WriteLine();
        terminal.Output.WriteLine($"{Runs.Count} of {Planned} runs are finished{Cost}");
        foreach (var end in FailedRuns)
            terminal.Output.WriteLine(SafeText.Line($"failed: {end.Job.Path}: {end.Message}"));

        if (result is not null)
        {
            terminal.Output.WriteLine($"  report  {Numbers.ShortPath(Page)}");
            terminal.Output.WriteLine($"  result  {Numbers.ShortPath(Result)}");
        }

        if (Runs.Count < Planned)
            terminal.Output.WriteLine($"next:\n  ./cohort compare --resume {Place}");
    }

    private string Title()
    {
        var names = Plan.Contenders.Select(contender => contender.Name).Distinct().ToArray();
        var tasks = Plan.Contenders.Select(contender => contender.Task).Distinct().ToArray();
        var who = names.Length <= 3 ? string.Join(" and ", names) : $"{names.Length} contenders";
        return $"{who} on {string.Join(", ", tasks)}";
    }

    // Of all runs: what differs between them stands side by side.
    private List<KeyValuePair<string, string>> Facts() =>
    [
        new("seeds", string.Join(", ", Plan.Seeds.Select(seed => seed.Seed))),
        new("runs", $"{Runs.Count} of {Planned}, {Plan.Jobs} side by side{Cost}"),
        .. Runs.SelectMany(run => RunLineage.Machine(Folder.PathOf(run.Cell.Path), run.Options)).GroupBy(fact => fact.Label, fact => fact.Text)
            .Select(facts => KeyValuePair.Create(facts.Key, string.Join("; ", facts.Distinct()))),
    ];

    private List<KeyValuePair<string, string>> Lineage() =>
    [
        .. Runs.OrderBy(run => run.Cell.Task, StringComparer.Ordinal).SelectMany(run => RunLineage.Inputs(Folder.PathOf(run.Cell.Path), run.Options)
            .Select(fact => KeyValuePair.Create($"{run.Cell.Task}: {fact.Label}", fact.Text))).Distinct(),
    ];

    private string Json(ComparisonResult? result) => SharedOptions.ToJson(new
    {
        Directory = Folder.Root,
        Finished = Runs.Count,
        Planned,
        ProcessorSeconds = SharedOptions.Finite(ProcessorSeconds),
        Seeds = Plan.Seeds.Select(seed => new { seed.Seed, seed.Added, seed.FinishedRuns }),
        Failed = FailedRuns.Select(end => new { end.Job.Path, end.Message }),
        Result = result is null ? null : JsonNode.Parse(ComparisonJson.Of(result)),
    });
}
