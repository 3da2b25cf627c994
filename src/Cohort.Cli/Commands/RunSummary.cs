using System.Diagnostics;
using System.Text.Json;
using Cohort.Checkpoints;
using Cohort.Cli.Terminals;
using Cohort.Telemetry;
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
        if (double.IsFinite(Result.BestValue))
            yield return $"  best    {(Result.BestStep == 0 ? "the start" : $"step {Result.BestStep}")}: {Best()}";
        if (new RunDirectory(Result.Directory).Report is var report && File.Exists(report))
            yield return $"  report  {Numbers.ShortPath(report)}";

        yield return "next:";
        foreach (var next in Next())
            yield return $"  ./cohort {next}";
    }

    private string Best() => Result.BestBy switch
    {
        MetricNames.ValidationScore => $"mean score {Result.BestValue:0.000} on validation problems when sampling",
        MetricNames.ValidationPairAccuracy => $"{Numbers.Percent(Result.BestValue)} of validation pairs ranked right",
        _ => $"{Numbers.Percent(Result.BestValue)} of validation problems right when sampling",
    };

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
            yield return $"{Command} --resume {NextOptions.Quoted(Place)}   (every finished step is saved)";
            yield break;
        }

        if (Options is SupervisedOptions supervised)
        {
            var train = NextOptions.OfTrain(supervised);
            var adapter = Options.Model.Adapter is NoAdapter ? "" : "--set model.adapter.kind=saved ";
            var scorer = $"--set reward.kind=model {NextOptions.Set("reward.path", Model)}{NextOptions.Chat(Options.Data, "reward")}";
            yield return supervised is RewardModelOptions
                ? $"train --set model.path=POLICY {scorer} {train}"
                : $"train {NextOptions.Set("model.path", Model)} {adapter}{train}";
        }

        if (Options is not RewardModelOptions)
            yield return $"evaluate --model {NextOptions.Quoted(Model)} {NextOptions.OfEvaluate(Options)}";
    }

    private string Json() => SharedOptions.ToJson(new
    {
        end = JsonNamingPolicy.SnakeCaseLower.ConvertName(Result.End.ToString()),
        directory = Result.Directory,
        model = Result.ModelFolder,
        step = Result.Step,
        sampled_tokens = Result.SampledTokens,
        best_step = double.IsFinite(Result.BestValue) ? Result.BestStep : (long?)null,
        best_validation = SharedOptions.Finite(Result.BestValue),
        best_metric = Result.BestBy,
        seconds = Math.Round(Time.TotalSeconds, 3),
    });
}
