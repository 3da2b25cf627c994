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
    public static int Invoke(string[] args, Context context)
    {
        var parsed = Build(context).Parse(args);
        if (parsed.Action is ParseErrorAction errors)
            errors.ShowHelp = false;

        var code = parsed.Invoke(new InvocationConfiguration
        {
            Output = parsed.Errors.Count > 0 ? context.Terminal.ErrorOutput : context.Terminal.Output,
            Error = context.Terminal.ErrorOutput,
            EnableDefaultExceptionHandler = false,
            ProcessTerminationTimeout = null,
        });
        if (parsed.Action is not ParseErrorAction)
            return code;

        var command = parsed.CommandResult.Command.Name;
        context.Terminal.Error($"See: {(command == "cohort" ? "cohort --help" : $"cohort {command} --help")}");
        return ExitCode.BadInput;
    }

    private static TaughtCommand Build(Context context)
    {
        var root = new TaughtCommand(
            "cohort",
            "Post-training of language models by reinforcement learning: SFT, GRPO and PPO, on your own machine.",
            "cohort demo                          fine-tune a small model, improve it by GRPO and PPO, measure it",
            "cohort sft --set model.kind=new --set data.task=sort",
            "cohort train --set model.path=runs/sft-1/model --set data.task=sort",
            "cohort train --resume runs/train-1   go on with a run that was stopped")
        {
            DemoCommand.Create(context),
            SftCommand.Create(context),
            TrainCommand.Create(context),
            EvaluateCommand.Create(context),
            GenerateCommand.Create(context),
            TasksCommand.Create(context),
            DoctorCommand.Create(context),
        };
        root.Add(new HelpOption { Action = new TeachingHelp() });
        root.Add(new Option<bool>("--version") { Description = "Show the version", Action = new VersionAction() });
        return root;
    }

    private sealed class VersionAction : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine(Version);
            return ExitCode.Success;
        }
    }
}
