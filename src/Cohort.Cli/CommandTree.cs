using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Cohort.Cli.Commands;

namespace Cohort.Cli;

/// <summary>All commands, and how a command line reaches them.</summary>
internal static class CommandTree
{
    /// <summary>The tool's version.</summary>
    public static string Version { get; } = typeof(CommandTree).Assembly.GetName().Version!.ToString(3);

    /// <summary>Parses a command line and runs its command.</summary>
    /// <param name="args">As the shell gave them.</param>
    /// <param name="context">What the command is given.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="UsageException">The command line is none.</exception>
    public static int Invoke(string[] args, Context context)
    {
        var parsed = Build(context).Parse(args.Length == 0 ? ["--help"] : args);
        if (parsed.Action is ParseErrorAction)
            throw ParseErrors.Describe(parsed);

        return parsed.Invoke(new InvocationConfiguration
        {
            Output = context.Terminal.Output,
            Error = context.Terminal.ErrorOutput,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
    }

    private static TaughtCommand Build(Context context) => new(
        "cohort",
        "Reinforcement-learning post-training for language models: SFT, GRPO and PPO, on your own machine.",
        "",
        "./cohort demo                                    the whole way in a few minutes, measured",
        "./cohort sft --set model.kind=new --set data.task=sort",
        "./cohort train --set model.path=runs/sft-1/model --set data.task=sort",
        "./cohort train --resume runs/train-1             go on with a run that was stopped",
        "./cohort train --help                            what a command takes, with examples")
    {
        DemoCommand.Create(context),
        SftCommand.Create(context),
        TrainCommand.Create(context),
        CompareCommand.Create(context),
        RewardModelCommand.Create(context),
        EvaluateCommand.Create(context),
        GenerateCommand.Create(context),
        InitCommand.Create(context),
        PlanCommand.Create(context),
        MergeCommand.Create(context),
        ExportCommand.Create(context),
        TasksCommand.Create(context),
        AuditCommand.Create(context),
        DoctorCommand.Create(context),
        new HelpOption { Action = new TeachingHelp() },
        new Option<bool>("--version") { Description = "Show the version", Action = new VersionAction() },
    };

    private sealed class VersionAction : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(Version);
            return ExitCode.Success;
        }
    }
}
