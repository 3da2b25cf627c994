using System.CommandLine;
using Cohort.Cli.Terminals;
using Spectre.Console;

namespace Cohort.Cli.Commands;

/// <summary>`cohort doctor`: whether this machine can run Cohort.</summary>
internal static class DoctorCommand
{
    /// <summary>The command.</summary>
    /// <param name="context">What it is given.</param>
    public static Command Create(Context context)
    {
        var json = SharedOptions.Json();
        var command = new TaughtCommand(
            "doctor",
            "Check whether this machine can run Cohort.",
            "Looks at SDK, platform, native libraries, threads, device, memory and disk, and says how to mend what is wrong.",
            "./cohort doctor",
            "./cohort doctor --json") { json };
        command.SetAction(parsed => Run(context.Terminal, NativeChecks.All(), parsed.GetValue(json)));
        return command;
    }

    private static int Run(Terminal terminal, IReadOnlyList<Check> checks, bool json)
    {
        var ok = checks.All(check => check.Ok);
        if (json)
            terminal.Output.WriteLine(SharedOptions.ToJson(new { ok, version = CommandTree.Version, checks }));
        else
            Print(terminal, checks);

        return ok ? ExitCode.Success : ExitCode.Failed;
    }

    private static void Print(Terminal terminal, IReadOnlyList<Check> checks)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("", "check", "found");
        foreach (var check in checks)
        {
            table.AddRow(check.Ok ? "[green]ok[/]" : "[red]no[/]", SafeText.InMarkup(check.Name), SafeText.InMarkup(check.Finding));
            if (check.Remedy != "")
                table.AddRow("", "", $"[yellow]{SafeText.InMarkup(check.Remedy)}[/]");
        }

        terminal.Results.Write(table);
    }
}
