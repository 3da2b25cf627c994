using System.Diagnostics;
using System.Text.Json;
using Cohort.Checkpoints;
using Cohort.Cli.Terminals;
using Cohort.Data.Tasks;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>What is printed at the end of a run: how it ended, where things are, and what to do next.</summary>
/// <param name="Command">The command that ran it.</param>
/// <param name="Result">What it came to.</param>
/// <param name="Options">The run's options.</param>
/// <param name="Time">How long this took.</param>
internal sealed record RunSummary(string Command, RunResult Result, CommonOptions Options, TimeSpan Time)
{
    private string Place => Numbers.ShortPath(Result.Directory);

    private string Model => Numbers.ShortPath(Result.ModelFolder);

    /// <summary>Prints it to standard output.</summary>
    /// <param name="terminal">Where.</param>
    /// <param name="json">As one JSON object instead of text.</param>
    public void Print(Terminal terminal, bool json)
    {
        if (json)
            terminal.Output.WriteLine(Json());
        else
            foreach (var line in Lines())
                terminal.Output.WriteLine(SafeText.Line(line));
    }

    private IEnumerable<string> Lines()
    {
        var tokens = Result.SampledTokens > 0 ? $", {Result.SampledTokens:#,0} sampled tokens" : "";
        yield return $"{Command}: {Reason()} after {Result.Step} {(Result.Step == 1 ? "step" : "steps")}{tokens}, {Numbers.Time(Time)}";
        yield return $"  model   {Model}";
        if (Result.BestValue >= 0)
            yield return $"  best    {(Result.BestStep == 0 ? "the start" : $"step {Result.BestStep}")}: {Numbers.Percent(Result.BestValue)} of validation "
                + (Options is RewardModelOptions ? "pairs ranked right" : "problems right when sampling");
        if (new RunDirectory(Result.Directory).Report is var report && File.Exists(report))
            yield return $"  report  {Numbers.ShortPath(report)}";

        yield return "next:";
        foreach (var next in Next())
            yield return $"  ./cohort {next}";
    }

    private string Reason() => Result.End switch
    {
        RunEnd.BudgetUsed => "done",
        RunEnd.TargetReached => "target reached",
        RunEnd.NoImprovement => "no more improvement, stopped",
        RunEnd.Cancelled => "stopped",
        _ => throw new UnreachableException(),
    };

    private IEnumerable<string> Next()
    {
        if (Result.End == RunEnd.Cancelled)
        {
            yield return $"{Command} --resume {Place}   (every finished step is saved)";
            yield break;
        }

        var (train, evaluate) = Options.Data switch
        {
            TaskData { Size: 0 } task => ($"--set data.task={Id(task.Task)}", $"--task {Id(task.Task)}"),
            TaskData task => ($"--set data.task={Id(task.Task)} --set data.size={task.Size}", $"--task {Id(task.Task)} --size {task.Size}"),
            FileData file => ($"--set data.path={Problems(file)}", $"--problems {HeldOut(file)} --reward {Reward()}"),
            _ => throw new UnreachableException(),
        };
        if (Options is RewardModelOptions)
        {
            yield return $"train --set model.path=POLICY --set reward.kind=model --set reward.path={Model} {train}";
            yield break;
        }

        if (Options is SftOptions)
            yield return $"train --set model.path={Model} {(Options.Model.Adapter is NoAdapter ? "" : "--set model.adapter.kind=saved ")}{train}";

        yield return $"evaluate --model {Model} {evaluate}";
    }

    // Demonstrations and preferences show answers, and have none to compare with.
    private string Problems(FileData file) => Options is SupervisedOptions ? "PROBLEMS.jsonl" : Numbers.ShortPath(file.Path);

    private string HeldOut(FileData file) =>
        file.HeldOutPath == "" || Options is SftOptions ? Problems(file) : $"{Numbers.ShortPath(file.HeldOutPath)} --split all";

    private string Reward() => (Options as RunOptions)?.Reward switch
    {
        null or AutomaticReward or CustomReward => "exact",
        TaskVerifier { Task: { } task } => Id(task),
        { } own => Quoted(StandaloneReward.Write(own)),
    };

    // JSON that is written has no apostrophes.
    private static string Quoted(string reward) => reward.StartsWith('{') ? $"'{reward}'" : reward;

    private static string Id(TaskName task) => task.ToString().ToLowerInvariant();

    private string Json() => SharedOptions.ToJson(new
    {
        end = JsonNamingPolicy.SnakeCaseLower.ConvertName(Result.End.ToString()),
        directory = Result.Directory,
        model = Result.ModelFolder,
        step = Result.Step,
        sampled_tokens = Result.SampledTokens,
        best_step = Result.BestValue >= 0 ? Result.BestStep : (long?)null,
        best_validation = Result.BestValue >= 0 ? Result.BestValue : (double?)null,
        seconds = Math.Round(Time.TotalSeconds, 3),
    });
}
