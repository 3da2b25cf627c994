using System.CommandLine;
using Cohort.Cli.Terminals;
using Cohort.Comparison;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>`cohort compare`: algorithms on the same problems with the same number of sampled tokens, over several seeds.</summary>
internal sealed class CompareCommand
{
    private readonly CompareOptions _options = new();

    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context) => new CompareCommand().Build(context);

    private TaughtCommand Build(Context context)
    {
        var command = new TaughtCommand(
            "compare",
            "Compare algorithms or settings with equal numbers of sampled tokens, over several seeds.",
            "Every run is a process of its own with its own threads, starts from the same model and sees the same problems; what was stopped goes on.",
            "./cohort compare run.json --algorithms ppo,grpo --seeds 5 --tokens 400000",
            "./cohort compare sort.json sum.json --algorithms ppo,grpo,rloo --arms controlled --critic \"lambda=1 critic.start.kind=fresh\"",
            "./cohort compare run.json --variant \"small rollout.samplesPerPrompt=4\" --variant \"large rollout.samplesPerPrompt=16\"",
            "./cohort compare --resume runs/compare-1 --seeds 8");
        foreach (var symbol in _options.All)
        {
            if (symbol is Argument argument)
                command.Add(argument);
            else if (symbol is Option option)
                command.Add(option);
        }

        command.SetAction(parsed => Run(context, parsed));
        return command;
    }

    private int Run(Context context, ParseResult parsed)
    {
        var (folder, plan) = _options.Open(parsed, TimeProvider.System);
        if (parsed.GetValue(_options.Only) is { } only)
        {
            var job = UsageException.Check(() => folder.Job(plan, only));
            return parsed.GetValue(_options.Child) ? AsChild(context, folder, job) : Alone(context, folder, job);
        }

        var jobs = parsed.GetValue(_options.Jobs) ?? plan.Jobs;
        context.Terminal.Say(Introduction(folder, plan, jobs));
        var ends = ProgressView.Show(context.Terminal, "compare", view => new ComparisonRun(
            folder, plan, jobs, (job, cancel) => CompareChild.Run(folder, job, cancel)).Run(
                new CompareProgress(folder, plan, view, TimeProvider.System).Report, context.Interruption.Token));

        var failed = ends.Where(end => end.State == JobState.Failed).ToArray();
        new CompareSummary(folder, plan, folder.Load(plan), failed).Print(
            context.Terminal, _options.Analysis(parsed), parsed.GetValue(_options.Json));
        return context.Interruption.IsRequested ? context.Interruption.ExitCode
            : failed.Any(end => end.Job.Kind != JobKind.Probe) ? ExitCode.Failed // results do without probes
            : ExitCode.Success;
    }

    private static int AsChild(Context context, ComparisonFolder folder, ComparisonJob job)
    {
        using var stop = CompareChild.StopWith(context.Input, context.Interruption.Token);
        return job.Do(folder, new Silence(), stop.Token) ? ExitCode.Success : ExitCode.Interrupted;
    }

    private static int Alone(Context context, ComparisonFolder folder, ComparisonJob job)
    {
        var isFinished = RunView.Show(context.Terminal, job.Path, past: "", sink => job.Do(folder, sink, context.Interruption.Token));
        context.Terminal.Output.WriteLine($"{job.Path}: {(isFinished ? "finished" : "stopped, with a checkpoint")}");
        return isFinished ? ExitCode.Success : context.Interruption.ExitCode;
    }

    private static string Introduction(ComparisonFolder folder, ComparisonPlan plan, int jobs)
    {
        var cells = plan.Cells.Count();
        var tokens = plan.Contenders.Max(contender => contender.Options.Budget.Tokens);
        var time = ProcessorTime.Of(plan, folder);
        var cost = time switch
        {
            { Spent: 0 } => "; what all will cost is told as soon as a run is finished",
            { Spent: double.NaN } => "",
            _ => $"; about {Numbers.ProcessorTime(time.Total)} in all, of which {Numbers.ProcessorTime(time.Spent)} are spent",
        };
        return $"compare: {plan.Contenders.Count} contenders x {plan.Seeds.Count} seeds = {cells} runs of {tokens:#,0} tokens, {jobs} at a time with "
            + $"{plan.Threads} {(plan.Threads == 1 ? "thread" : "threads")} each, in {Numbers.ShortPath(folder.Root)}; "
            + $"{plan.Runs.Count(job => folder.IsFinished(job.Path))} are finished{cost}";
    }

    private sealed class Silence : IMetricSink
    {
        public void Write(StepMetrics metrics)
        {
        }
    }
}
