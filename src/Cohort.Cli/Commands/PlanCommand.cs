using System.CommandLine;
using System.Globalization;
using Cohort.Cli.Terminals;
using Cohort.Models;
using Cohort.Training;
using Spectre.Console;

namespace Cohort.Cli.Commands;

/// <summary>`cohort plan`: what a run would take, before anything is loaded.</summary>
internal sealed class PlanCommand
{
    private const double Gibibyte = 1L << 30;

    private readonly Argument<string> _runFile = new("RUNFILE")
    {
        Description = "JSON file with options of `cohort train` [default: none]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string[]> _sets = new("--set")
    {
        Description = "Override an option, such as update.microBatchRows=2; may be repeated",
        HelpName = "KEY=VALUE",
    };

    private readonly Option<bool> _calibrate = SharedOptions.Flag("--calibrate", "Forecast the time of a step too, by timing one layer; at most a minute");
    private readonly Option<bool> _json = SharedOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context)
    {
        var options = new PlanCommand();
        var command = new TaughtCommand(
            "plan",
            "Forecast the memory of a training run, and its time.",
            "Reads the run file, the data and the model's config.json, but no weights: peak memory by use for each part of a step.",
            "./cohort plan run.json",
            "./cohort plan --set model.path=models/qwen --set data.task=sort --set update.recomputeActivations=always",
            "./cohort plan run.json --calibrate --json") { options._runFile, options._sets, options._calibrate, options._json };
        command.SetAction(parsed => options.Run(parsed, context.Terminal));
        return command;
    }

    private int Run(ParseResult parsed, Terminal terminal)
    {
        var options = RunFile.ReadRun(parsed.GetValue(_runFile) ?? "", parsed.GetValue(_sets) ?? []);
        var plan = RunPlan.Of(options);
        var memory = plan.Memory();
        var time = parsed.GetValue(_calibrate) ? plan.Time() : null;
        var machine = GC.GetGCMemoryInfo(GCKind.Any).TotalAvailableMemoryBytes;
        if (parsed.GetValue(_json))
            terminal.Output.WriteLine(Json(memory, time, machine));
        else
            Print(terminal, memory, time, machine);

        return ExitCode.Success;
    }

    private static string Json(MemoryPlan memory, TimePlan? time, long machine) => SharedOptions.ToJson(new
    {
        memory.Parameters,
        memory.TrainedParameters,
        memory.LongestSequence,
        memory.TokensPerStep,
        memory.Options.Update.MicroBatchRows,
        RecomputeActivations = memory.Options.Update.RecomputeActivations == Recomputation.Always,
        PeakBytes = memory.Peak.Total,
        PeakPhase = memory.Peak.Name,
        MachineBytes = machine,
        Fits = IsOnProcessor(memory) ? memory.Peak.Total <= machine : (bool?)null,
        Phases = memory.Phases.Select(phase => new
        {
            phase.Name,
            Bytes = phase.Total,
            Uses = phase.Bytes.ToDictionary(use => Name(use.Key).ToLowerInvariant().Replace(' ', '_').Replace('-', '_'), use => use.Value),
        }),
        Time = time,
    });

    private static void Print(Terminal terminal, MemoryPlan memory, TimePlan? time, long machine)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("GiB");
        foreach (var phase in memory.Phases)
            table.AddColumn(new TableColumn(phase == memory.Peak ? $"[bold]{phase.Name}[/]" : phase.Name).RightAligned());
        foreach (var use in Enum.GetValues<MemoryUse>().Where(use => memory.Phases.Any(phase => phase.Bytes.ContainsKey(use))))
            table.AddRow([Name(use), .. memory.Phases.Select(phase => phase.Bytes.TryGetValue(use, out var bytes) ? InGiB(bytes) : "")]);
        table.AddRow(["[bold]all[/]", .. memory.Phases.Select(phase => $"[bold]{InGiB(phase.Total)}[/]")]);
        terminal.Results.Write(table);
        foreach (var line in Lines(memory, time, machine))
            terminal.Output.WriteLine(line);
    }

    private static IEnumerable<string> Lines(MemoryPlan memory, TimePlan? time, long machine)
    {
        var update = memory.Options.Update;
        yield return $"{memory.Parameters:#,0} parameters, {memory.TrainedParameters:#,0} of them learn; sequences of up to "
            + $"{memory.LongestSequence:#,0} tokens, {memory.TokensPerStep:#,0} sampled per step";
        var activations = update.RecomputeActivations == Recomputation.Always ? "recomputed" : "kept";
        yield return $"{update.MicroBatchRows} rows per micro-batch, activations {activations}";
        if (time is not null)
            yield return $"about {Seconds(time.Seconds)} per step: rollout {Seconds(time.RolloutSeconds)}, log-probs {Seconds(time.LogProbSeconds)}, "
                + $"update {Seconds(time.UpdateSeconds)}, optimizer {Seconds(time.OptimizerSeconds)}; rewards and a critic not counted";
        var fits = !IsOnProcessor(memory) || memory.Peak.Total <= machine;
        var verdict = IsOnProcessor(memory) ? $": {(fits ? "fits" : "does not fit")} this machine's {InGiB(machine)} GiB" : "";
        yield return $"peak {InGiB(memory.Peak.Total)} GiB, in \"{memory.Peak.Name}\"{verdict}";
        foreach (var remedy in fits ? [] : memory.Remedies())
            yield return $"  --set {remedy}";
    }

    // The memory of a graphics card is not known beforehand.
    private static bool IsOnProcessor(MemoryPlan memory) => memory.Options.Device == DeviceKind.Cpu;

    private static string Name(MemoryUse use) => use switch
    {
        MemoryUse.SamplerWeights => "sampler weights",
        MemoryUse.KvCache => "KV cache",
        MemoryUse.Distributions => "log-prob chunks",
        _ => use.ToString().ToLowerInvariant(),
    };

    private static string InGiB(long bytes) => (bytes / Gibibyte).ToString("0.00", CultureInfo.InvariantCulture);

    private static string Seconds(double seconds) => seconds.ToString(seconds < 10 ? "0.0" : "0", CultureInfo.InvariantCulture) + " s";
}
