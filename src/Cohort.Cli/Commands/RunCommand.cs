using System.CommandLine;
using System.Diagnostics;
using Cohort.Checkpoints;
using Cohort.Cli.Terminals;
using Cohort.Telemetry;
using Cohort.Training;

namespace Cohort.Cli.Commands;

/// <summary>What a run is begun or resumed with.</summary>
/// <param name="Directory">The run directory.</param>
/// <param name="IsResumed">Whether there is a run in it to go on with.</param>
/// <param name="RunFile">The run file; empty for none.</param>
/// <param name="Sets">Settings over it.</param>
/// <param name="SkipsBadLines">Whether bad lines of the data file are left out, whatever the run file says.</param>
internal sealed record RunRequest(string Directory, bool IsResumed, string RunFile, IReadOnlyList<string> Sets, bool SkipsBadLines)
{
    /// <summary>The options that were read, with what the command line says of the data file.</summary>
    /// <typeparam name="T">A kind of run.</typeparam>
    /// <param name="read">The options of run file and settings.</param>
    /// <exception cref="UsageException">There is no data file that it could speak of.</exception>
    public T Over<T>(T read)
        where T : CommonOptions => !SkipsBadLines ? read : read.Data is FileData file
            ? (T)((CommonOptions)read with { Data = file with { SkipBadLines = true } })
            : throw new UsageException("--skip-bad-lines is for a file, and the data of this run are a bundled task; set data.path, or leave the option out.");
}

/// <summary>What `sft`, `train` and `reward-model` share: their options, and showing a run from its begin to its end.</summary>
/// <typeparam name="TRun">The kind of run.</typeparam>
/// <param name="name">The command.</param>
/// <param name="open">Begins or resumes a run that shows its numbers.</param>
/// <param name="train">Runs it.</param>
/// <param name="options">Reads the options of a run.</param>
/// <param name="shorthands">Further options that each stand for a setting, whose key comes with it.</param>
internal sealed class RunCommand<TRun>(
    string name,
    Func<RunRequest, IMetricSink, TRun> open,
    Func<TRun, CancellationToken, RunResult> train,
    Func<string, CommonOptions> options,
    params IReadOnlyList<(Option<string?> Option, string Key)> shorthands)
    where TRun : IDisposable
{
    private readonly Argument<string> _runFile = new("RUNFILE")
    {
        Description = "JSON file with options, which docs/options.md lists [default: none]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string[]> _sets = new("--set")
    {
        Description = "Override an option, such as budget.steps=50; may be repeated",
        HelpName = "KEY=VALUE",
    };

    private readonly Option<string?> _out = SharedOptions.Text("--out", "DIR", "Run directory [default: runs/<name>-<n>]");
    private readonly Option<string?> _resume = SharedOptions.Text("--resume", "DIR", "Go on with the run in this directory");
    private readonly Option<int?> _threads =
        new("--threads") { Description = "Threads; 0 is the physical cores [default: 0]", HelpName = "N" };

    private readonly Option<ulong?> _seed = new("--seed") { Description = "Seed of all random numbers [default: 1]", HelpName = "N" };
    private readonly Option<bool> _skipBadLines = new("--skip-bad-lines") { Description = "Leave out bad lines of the data file, and count them" };
    private readonly Option<bool> _json = SharedOptions.Json();

    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    /// <param name="description">What it does, in a line.</param>
    /// <param name="details">More of it, for its own help.</param>
    /// <param name="examples">Command lines that work.</param>
    public Command Create(Context context, string description, string details, params string[] examples)
    {
        var command = new TaughtCommand(name, description, details, examples) { _runFile, _sets, _out, _resume, _threads, _seed, _skipBadLines, _json };
        foreach (var (option, _) in shorthands)
            command.Add(option);

        _runFile.Validators.Add(result =>
        {
            if (result.Tokens is [{ Value: ['-', ..] } token])
                result.AddError($"{token.Value} is not an option of this command.");
        });
        command.SetAction(parsed => Run(context, Request(parsed), parsed.GetValue(_json)));
        return command;
    }

    private RunRequest Request(ParseResult parsed)
    {
        var (runFile, resume, place) = (parsed.GetValue(_runFile) ?? "", parsed.GetValue(_resume), parsed.GetValue(_out));
        if (resume is not null && (runFile != "" || place is not null))
        {
            throw new UsageException(
                "--resume takes its options from the run directory and writes there; leave out RUNFILE and --out, and use --set.");
        }

        List<string> sets = [.. parsed.GetValue(_sets) ?? []];
        if (parsed.GetValue(_threads) is { } threads)
            sets.Add($"threads={threads}");
        if (parsed.GetValue(_seed) is { } seed)
            sets.Add($"seed={seed}");
        foreach (var (option, key) in shorthands)
            sets.AddRange(parsed.GetValue(option) is { } value ? [$"{key}={value}"] : []);

        var stem = runFile == "" ? name : Path.GetFileNameWithoutExtension(runFile);
        return new(resume ?? place ?? RunPlaces.Next(stem), resume is not null, runFile, sets, parsed.GetValue(_skipBadLines));
    }

    private int Run(Context context, RunRequest request, bool json)
    {
        var watch = Stopwatch.StartNew();
        var past = request.IsResumed ? new RunDirectory(request.Directory).Metrics : "";
        var result = RunView.Show(context.Terminal, name, past, sink =>
        {
            using var run = Open(request, sink);
            return Train(context, request, run);
        });
        var resolved = options(result.Directory);
        RunPage.Write(name, result, resolved, context.Terminal);
        new RunSummary(name, result, resolved, watch.Elapsed).Print(context.Terminal, json);
        return result.End == RunEnd.Cancelled ? context.Interruption.ExitCode : ExitCode.Success;
    }

    // What was measured before an error is worth a page too.
    private RunResult Train(Context context, RunRequest request, TRun run)
    {
        try
        {
            return train(run, context.Interruption.Token);
        }
        catch (Exception error)
        {
            RunPage.WriteFailed(name, request.Directory, error, options, context.Terminal);
            throw;
        }
    }

    // A run that cannot even begin is the user's to mend.
    private TRun Open(RunRequest request, IMetricSink sink)
    {
        if (request.IsResumed && RunPlaces.CommandOf(request.Directory) is { } other && other != name)
        {
            throw new UsageException(
                $"'{request.Directory}' holds a run of `{other}`; go on with it by ./cohort {other} --resume {request.Directory}");
        }

        try
        {
            return open(request, sink);
        }
        catch (TrainingException problem)
        {
            throw new UsageException(problem.Message);
        }
    }
}
