using Cohort.Cli.Terminals;

namespace Cohort.Cli;

/// <summary>The command line tool.</summary>
internal static class Program
{
    private static int Main(string[] args) => Run(args, Console.In, Console.Out, Console.Error);

    /// <summary>Runs one command line.</summary>
    /// <param name="args">As the shell gave them.</param>
    /// <param name="input">Read by commands that are asked to.</param>
    /// <param name="output">Takes results.</param>
    /// <param name="error">Takes progress and messages.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static int Run(string[] args, TextReader input, TextWriter output, TextWriter error)
    {
        var terminal = new Terminal(output, error);
        using var interruption = new Interruption(terminal);
        try
        {
            return CommandTree.Invoke(args, new Context(terminal, interruption, input));
        }
        catch (OperationCanceledException) when (interruption.IsRequested)
        {
            return interruption.ExitCode;
        }
        catch (Exception problem)
        {
            return Failure.Report(problem, terminal);
        }
    }
}

/// <summary>What every command is given.</summary>
/// <param name="Terminal">Where it prints.</param>
/// <param name="Interruption">Tells it to stop.</param>
/// <param name="Input">Standard input.</param>
internal sealed record Context(Terminal Terminal, Interruption Interruption, TextReader Input);
