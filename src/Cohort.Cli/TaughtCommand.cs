using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Cohort.Cli;

/// <summary>A command whose help shows how it is used.</summary>
/// <param name="name">As it is typed.</param>
/// <param name="description">What it does, in a line.</param>
/// <param name="details">More of it, for its own help.</param>
/// <param name="examples">Command lines that work.</param>
internal sealed class TaughtCommand(string name, string description, string details, params string[] examples) : Command(name, description)
{
    /// <summary>More than the description.</summary>
    public string Details { get; } = details;

    /// <summary>Command lines that work.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}

/// <summary>The usual help, with examples and exit codes behind it.</summary>
internal sealed class TeachingHelp : SynchronousCommandLineAction
{
    private const int Width = 100;

    private readonly HelpAction _usual = new() { MaxWidth = Width };

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        var command = (TaughtCommand)parseResult.CommandResult.Command;
        command.Description = $"{command.Description} {command.Details}".Trim();
        _usual.Invoke(parseResult);
        Write(output, "Examples:", command.Examples);
        Write(output, "Exit codes:", ExitCode.All.Select(code => $"{code.Code,3}  {code.Meaning}"));
        return ExitCode.Success;
    }

    private static void Write(TextWriter output, string title, IEnumerable<string> lines)
    {
        output.WriteLine(title);
        foreach (var line in lines)
            output.WriteLine($"  {line}");

        output.WriteLine();
    }
}
