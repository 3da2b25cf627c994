using Cohort.Cli.Terminals;
using Cohort.Data;
using Cohort.Models;
using Cohort.Tensors;
using Cohort.Tokenization;
using Cohort.Training;

namespace Cohort.Cli;

/// <summary>Tells of a failure in one message, without a stack trace unless COHORT_DEBUG is 1.</summary>
internal static class Failure
{
    private const int DiskFullOnUnix = 28, DiskFullOnWindows = unchecked((int)0x80070070);

    /// <summary>Prints what went wrong.</summary>
    /// <returns>The exit code.</returns>
    public static int Report(Exception problem, Terminal terminal)
    {
        var (code, message) = Describe(problem);
        terminal.Error(message);
        if (Environment.GetEnvironmentVariable("COHORT_DEBUG") == "1")
            terminal.Error(problem.ToString());

        return code;
    }

    private static (int Code, string Message) Describe(Exception problem) => problem switch
    {
        UsageException or OptionsException or DataException or ModelException or TokenizationException or SafetensorsException
            or FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException => (ExitCode.BadInput, $"error: {problem.Message}"),
        IOException { HResult: DiskFullOnUnix or DiskFullOnWindows } => (
            ExitCode.Failed, $"error: {problem.Message} Make room and run it again; a run goes on from its newest checkpoint by --resume."),
        TrainingException or IOException => (ExitCode.Failed, $"error: {problem.Message}"),
        TypeInitializationException or DllNotFoundException or BadImageFormatException => (
            ExitCode.Failed,
            $"error: libtorch, the tensor library, does not load: {problem.GetBaseException().Message}\n`cohort doctor` says how to mend it."),
        _ => (
            ExitCode.Internal,
            $"internal error: {problem.GetType().Name}: {problem.Message}\n"
            + "This is a mistake of Cohort's own: run the command again with COHORT_DEBUG=1, and report what it prints."),
    };
}
