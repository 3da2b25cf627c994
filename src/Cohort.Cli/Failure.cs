using Cohort.Cli.Terminals;
using Cohort.Data;
using Cohort.Models;
using Cohort.Tensors;
using Cohort.Tokenization;
using Cohort.Training;

namespace Cohort.Cli;

/// <summary>A mistake on the command line that no library call would find.</summary>
/// <param name="message">What, the numbers, the rule, the remedy.</param>
internal sealed class UsageException(string message) : Exception(message)
{
    /// <summary>Runs what depends on the user's values only, so that a bad argument is the user's and not a mistake of ours.</summary>
    /// <param name="make">Makes something of the values.</param>
    public static T Check<T>(Func<T> make)
    {
        try
        {
            return make();
        }
        catch (ArgumentException problem)
        {
            throw new UsageException(problem.Message.Split('\n')[0].Split(" (Parameter ")[0].Trim());
        }
    }
}

/// <summary>Tells of a failure in one message, without a stack trace unless COHORT_DEBUG is 1.</summary>
internal static class Failure
{
    /// <summary>Prints what went wrong.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Exception problem, Terminal terminal)
    {
        var code = CodeOf(problem);
        terminal.Error(code == ExitCode.Internal
            ? $"internal error: {problem.GetType().Name}: {problem.Message}\nThis is a mistake of Cohort's own; run the command again with "
                + "COHORT_DEBUG=1 and report what it prints."
            : $"error: {problem.Message}");
        if (Environment.GetEnvironmentVariable("COHORT_DEBUG") == "1")
            terminal.Error(problem.ToString());

        return code;
    }

    private static int CodeOf(Exception problem) => problem switch
    {
        UsageException or OptionsException or DataException or ModelException or TokenizationException or SafetensorsException
            or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException => ExitCode.BadInput,
        TrainingException or IOException => ExitCode.Failed,
        _ => ExitCode.Internal,
    };
}
