using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace Cohort.Cli;

/// <summary>A command whose help shows how it is used.</summary>
/// <param name="name">As it is typed.</param>
/// <param name="description">What it does, in a sentence or two.</param>
/// <param name="examples">Command lines that work.</param>
internal sealed class TaughtCommand(string name, string description, params string[] examples) : Command(name, description)
{
    /// <summary>Command lines that work.</summary>
    public IReadOnlyList<string> Examples { get; } = examples;
}

/// <summary>The usual help, with examples and exit codes behind it.</summary>
internal sealed class TeachingHelp : SynchronousCommandLineAction
{
    private readonly HelpAction _usual = new();

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        _usual.Invoke(parseResult);
        var output = parseResult.InvocationConfiguration.Output;
        if (parseResult.CommandResult.Command is TaughtCommand taught)
            Write(output, "Examples:", taught.Examples);

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
