using System.Diagnostics;
using Cohort.Checkpoints;
using Cohort.Cli.Terminals;
using Cohort.Evaluation;
using Cohort.Reports;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>The report of one run, made of what lies in its directory.</summary>
internal static class RunPage
{
    /// <summary>Writes report.html. A page that cannot be written costs the run nothing: that is said, and no more.</summary>
    /// <param name="command">The command that ran it.</param>
    /// <param name="result">What it came to.</param>
    /// <param name="options">The run's options.</param>
    /// <param name="terminal">Told where there is no report.</param>
    public static void Write(string command, RunResult result, CommonOptions options, Terminal terminal) => Write(
        command, result.Directory, terminal, result.ValidationRows, () => options,
        run => $"{Reason(result)} after {Steps(run)}; the model is in {Numbers.ShortPath(result.ModelFolder)}.");

    /// <summary>Writes report.html of a run that an error ended.</summary>
    /// <param name="command">The command that ran it.</param>
    /// <param name="directory">The run directory; without a measured step, it gets no page.</param>
    /// <param name="error">What ended it.</param>
    /// <param name="options">Reads the run's options.</param>
    /// <param name="terminal">Told where there is no report.</param>
    public static void WriteFailed(string command, string directory, Exception error, Func<string, CommonOptions> options, Terminal terminal) => Write(
        command, directory, terminal, 0, () => options(directory), run => $"An error ended the run after {Steps(run)}: {error.Message}");

    // Of a run that failed it is not known how many problems were measured, and so neither are the intervals.
    private static void Write(
        string command, string directory, Terminal terminal, int problems, Func<CommonOptions> options, Func<ReportRun, string> ending)
    {
        try
        {
            var run = Read(command, directory);
            if (run.Steps.Count > 0)
                RunReport.Write(directory, Content(run, directory, problems, options(), ending(run)));
        }
        catch (Exception problem) when (problem is IOException or InvalidDataException or UnauthorizedAccessException or OptionsException)
        {
            terminal.Say($"There is no report: {problem.Message}");
        }
    }

    /// <summary>A run's numbers and logged completions.</summary>
    /// <param name="name">Its name on the page.</param>
    /// <param name="directory">The run directory.</param>
    public static ReportRun Read(string name, string directory)
    {
        var place = new RunDirectory(directory);
        return new ReportRun(name, File.Exists(place.Metrics) ? MetricsFile.Read(place.Metrics) : [])
        {
            Rollouts = File.Exists(place.Rollouts) ? RolloutFile.Read(place.Rollouts) : [],
        };
    }

    /// <summary>What identifies a run.</summary>
    public static IReadOnlyList<ReportFact> Facts(CommonOptions options) =>
    [
        new("model", options.Model is FolderModel folder ? Numbers.ShortPath(folder.Path) : "new"),
        new("data", Data(options.Data)),
        new("seed", $"{options.Seed}"),
        new("threads", $"{options.Threads}"),
        new("version", CommandTree.Version),
    ];

    private static ReportContent Content(ReportRun run, string directory, int problems, CommonOptions options, string ending)
    {
        var measured = run.Steps.Where(step => !double.IsNaN(step[MetricNames.ValidationSampled])).ToArray();
        ReportResult[] results = measured.Length < 2 || problems == 0
            ? []
            : [Result("start", measured[0], problems), Result($"step {measured[^1].Step}", measured[^1], problems)];
        return new ReportContent
        {
            Title = $"{Algorithm(options)} on {Data(options.Data)}",
            Summary = $"{Gain(results)}{ending}",
            Facts = Facts(options),
            Results = results,
            MeasuredOn = $"{problems:#,0} validation problems",
            Runs = [run],
            ChangedOptions = [.. OptionsDifference.FromDefaults(options).Select(option => new ReportOption(option.Path, option.Value, option.Default))],
            Lineage = RunLineage.Of(directory, options),
            OptionsJson = RunFile.Write(options),
        };
    }

    // What a reader wants to know first.
    private static string Gain(IReadOnlyList<ReportResult> results) => results is not [var before, var after] ? ""
        : $"Of the validation problems, sampled answers solved {Numbers.Percent(before.Sampled.Value)} at the start and "
            + $"{Numbers.Percent(after.Sampled.Value)} at {after.Label} (95 % interval {Numbers.Percent(after.Sampled.Low)} to "
            + $"{Numbers.Percent(after.Sampled.High)}). ";

    private static string Steps(ReportRun run)
    {
        var last = run.Steps[^1];
        var tokens = last[MetricNames.TotalSampledTokens];
        return $"{last.Step:#,0} steps" + (tokens > 0 ? $" and {tokens:#,0} sampled tokens" : "");
    }

    private static string Reason(RunResult result) => result.End switch
    {
        RunEnd.BudgetUsed => "The run used its budget and ended",
        RunEnd.TargetReached => "The run reached its target and ended",
        RunEnd.NoImprovement => "The run found nothing better and ended",
        RunEnd.Cancelled => "The run was stopped",
        _ => throw new UnreachableException(),
    };

    private static ReportResult Result(string label, StepMetrics step, int problems) =>
        new(label, Estimate(step[MetricNames.ValidationSampled], problems), Estimate(step[MetricNames.ValidationGreedy], problems));

    private static Estimate Estimate(double value, int problems)
    {
        var (_, low, high) = ProportionInterval.Of((int)Math.Round(value * problems), problems);
        return new(value, low, high);
    }

    private static string Algorithm(CommonOptions options) => options switch
    {
        RunOptions { Algorithm.Advantage: CriticAdvantage } => "PPO",
        RunOptions => "GRPO",
        RewardModelOptions => "Reward model",
        _ => "Fine-tuning",
    };

    private static string Data(DataOptions data) => data switch
    {
        TaskData task => $"{task.Task.ToString().ToLowerInvariant()}",
        FileData file => Path.GetFileName(file.Path),
        _ => throw new UnreachableException(),
    };
}
