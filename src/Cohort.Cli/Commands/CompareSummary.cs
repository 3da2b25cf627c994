using System.Globalization;
using Cohort.Cli.Terminals;
using Cohort.Comparison;
using Cohort.Telemetry;
using Spectre.Console;

namespace Cohort.Cli.Commands;

/// <summary>What a comparison came to: its finished runs, contender by contender. The one place from which results are printed.</summary>
/// <param name="Folder">The comparison's.</param>
/// <param name="Plan">Its plan.</param>
/// <param name="Runs">The finished runs.</param>
/// <param name="Failed">Jobs that failed.</param>
internal sealed record CompareSummary(ComparisonFolder Folder, ComparisonPlan Plan, IReadOnlyList<CellRun> Runs, IReadOnlyList<JobEnd> Failed)
{
    private string Place => Numbers.ShortPath(Folder.Root);

    private int Planned => Plan.Cells.Count();

    private bool IsWhole => Runs.Count == Planned;

    /// <summary>The pass@1 of a run's end on the held-out problems; NaN where none was measured.</summary>
    /// <param name="run">A finished run.</param>
    public static double FinalPass(CellRun run) =>
        run.Steps.Select(step => step[MetricNames.HeldOutPass]).LastOrDefault(double.IsFinite, double.NaN);

    /// <summary>Prints it to standard output.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="json">As one JSON object instead of a table.</param>
    public void Print(Terminal terminal, bool json)
    {
        if (json)
        {
            terminal.Output.WriteLine(Json());
            return;
        }

        terminal.Output.WriteLine($"{Runs.Count} of {Planned} runs are finished: pass@1 on held-out problems at the end, mean over seeds");
        terminal.Results.Write(Table());
        foreach (var late in Plan.Seeds.Where(seed => seed.FinishedRuns > 0).GroupBy(seed => (seed.Added, seed.FinishedRuns)))
        {
            terminal.Output.WriteLine(
                $"Added after {late.Key.FinishedRuns} runs were finished and could be looked at: seeds {string.Join(", ", late.Select(seed => seed.Seed))}.");
        }

        foreach (var end in Failed)
            terminal.Output.WriteLine(SafeText.Line($"failed: {end.Job.Path}: {end.Message}"));

        if (!IsWhole)
            terminal.Output.WriteLine($"next:\n  ./cohort compare --resume {Place}");
    }

    private Table Table()
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var title in new[] { "task", "arm", "contender", "runs", "pass@1", "lowest – highest", "steps", "tokens" })
            table.AddColumn(title, column => column.NoWrap().PadLeft(0).PadRight(1));

        foreach (var group in ByContender())
        {
            var pass = group.Select(FinalPass).Where(double.IsFinite).DefaultIfEmpty(double.NaN).ToArray();
            table.AddRow(
                SafeText.InMarkup(group.Key.Task),
                group.Key.Arm,
                SafeText.InMarkup(group.Key.Contender),
                Text(group.Count()),
                Numbers.Percent(pass.Average()),
                $"{Numbers.Percent(pass.Min())} – {Numbers.Percent(pass.Max())}",
                Text(group.Average(Steps)),
                Text(group.Average(Tokens)));
        }

        return table;
    }

    private string Json() => SharedOptions.ToJson(new
    {
        Directory = Folder.Root,
        Finished = Runs.Count,
        Planned,
        Seeds = Plan.Seeds.Select(seed => new { seed.Seed, Added = seed.Added.ToString("O", CultureInfo.InvariantCulture), seed.FinishedRuns }),
        Contenders = ByContender().Select(group => new
        {
            group.Key.Task,
            group.Key.Arm,
            group.Key.Contender,
            Runs = group.Select(run => new
            {
                run.Cell.Path,
                run.Cell.Seed,
                Pass = SharedOptions.Finite(FinalPass(run)),
                Steps = Steps(run),
                Tokens = Tokens(run),
            }),
        }),
        Failed = Failed.Select(end => new { end.Job.Path, end.Message }),
    });

    private IEnumerable<IGrouping<(string Task, string Arm, string Contender), CellRun>> ByContender() =>
        Runs.GroupBy(run => (run.Cell.Task, run.Cell.Arm.ToString().ToLowerInvariant(), run.Cell.Contender));

    private static double Steps(CellRun run) => run.Steps[^1].Step;

    private static double Tokens(CellRun run) => run.Steps[^1][MetricNames.TotalSampledTokens];

    private static string Text(double value) => value.ToString("#,0", CultureInfo.InvariantCulture);
}
