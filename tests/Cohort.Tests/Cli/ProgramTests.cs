using Cohort.Cli;
using Cohort.Cli.Terminals;

namespace Cohort.Tests.Cli;

public sealed class ProgramTests
{
    private static readonly string[] Commands = ["demo", "sft", "train", "evaluate", "generate", "init", "plan", "merge", "tasks", "doctor"];

    [Fact]
    public void Version_is_the_assemblys() => Assert.Equal($"{CommandTree.Version}\n", CommandLine.Succeed("--version").Output);

    [Fact]
    public void Help_names_all_commands_with_examples_and_exit_codes()
    {
        var help = CommandLine.Succeed("--help").Output;

        Assert.All(Commands, command => Assert.Contains($"\n  {command} ", help));
        Assert.Contains("Examples:\n  ./cohort demo", help);
        Assert.Contains("130  stopped by Ctrl-C", help);
    }

    [Fact]
    public void No_arguments_ask_for_help() => Assert.Equal(CommandLine.Succeed("--help").Output, CommandLine.Succeed().Output);

    [Theory]
    [MemberData(nameof(AllCommands))]
    public void Every_command_teaches(string command)
    {
        var help = CommandLine.Succeed(command, "--help").Output;

        Assert.Contains($"./cohort {command}", help);
        Assert.Contains("Exit codes:", help);
        Assert.DoesNotContain("\u001b", help);
    }

    [Fact]
    public void Examples_in_help_are_command_lines_that_parse()
    {
        var examples = Commands.SelectMany(command => CommandLine.Succeed(command, "--help").Output.Split('\n'))
            .Select(line => line.Trim()).Where(line => line.StartsWith("./cohort ", StringComparison.Ordinal)).ToArray();

        Assert.True(examples.Length >= 12);
        Assert.All(examples, example => Assert.DoesNotContain(
            "See: ./cohort", CommandLine.Run([.. example.Split(" > ")[0].Split(' ')[1..], "--help"]).Error));
    }

    [Fact]
    public void An_unexpected_exception_is_an_internal_error()
    {
        using var error = new StringWriter();

        var code = Failure.Report(new InvalidOperationException("what\u001b[2J"), new Terminal(TextWriter.Null, error));

        Assert.Equal(70, code);
        Assert.StartsWith(@"internal error: InvalidOperationException: what\u001b[2J", error.ToString());
        Assert.Contains("COHORT_DEBUG=1", error.ToString());
    }

    [Fact]
    public void Debugging_shows_where()
    {
        Environment.SetEnvironmentVariable("COHORT_DEBUG", "1");
        try
        {
            Assert.Contains("   at Cohort.Cli", CommandLine.Run("train").Error);
        }
        finally
        {
            Environment.SetEnvironmentVariable("COHORT_DEBUG", null);
        }
    }

    public static TheoryData<string> AllCommands() => new(Commands);
}
