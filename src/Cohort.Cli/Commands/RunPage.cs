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
    public static void Write(string command, RunResult result, CommonOptions options, Terminal terminal)
    {
        try
        {
            RunReport.Write(result.Directory, Content(command, result, options));
        }
        catch (IOException problem)
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
        return new ReportRun(name, MetricsFile.Read(place.Metrics))
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

    private static ReportContent Content(string command, RunResult result, CommonOptions options)
    {
        var run = Read(command, result.Directory);
        var measured = run.Steps.Where(step => !double.IsNaN(step[MetricNames.ValidationSampled])).ToArray();
        var problems = result.ValidationRows;
        return new ReportContent
        {
            Title = $"{Algorithm(options)} on {Data(options.Data)}",
            Summary = $"{result.Step} steps, {result.SampledTokens:#,0} sampled tokens; the model is in "
                + $"{Numbers.ShortPath(result.ModelFolder)}.",
            Facts = Facts(options),
            Results = measured.Length < 2
                ? []
                : [Result("start", measured[0], problems), Result($"step {measured[^1].Step}", measured[^1], problems)],
            MeasuredOn = $"{problems:#,0} validation problems",
            Runs = [run],
            OptionsJson = RunFile.Write(options),
        };
    }

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
