using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;

namespace Cohort.Tests.Training.Runs;

/// <summary>A run in a process of its own, by <see cref="RunHost"/>.</summary>
internal sealed class ChildRun : IDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly Task<string> _errors;

    private ChildRun(ProcessStartInfo start)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        _process = Process.Start(start)!;
        (_output, _errors) = (_process.StandardOutput.ReadToEndAsync(), _process.StandardError.ReadToEndAsync());
    }

    /// <summary>The command line that begins a run of a run file, or goes on with it where the directory holds one.</summary>
    public static string[] Command(string kind, string directory, string runFile, params string[] sets) =>
    [
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../../dotnet")),
        Assembly.GetExecutingAssembly().Location, kind, directory, runFile, .. sets,
    ];

    /// <summary>Starts a program.</summary>
    public static ChildRun Start(params string[] command) => new(new ProcessStartInfo(command[0], command[1..]));

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>SIGKILL: the process has no say.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>The exit code and what was printed.</returns>
    public (int Code, string Output) Finish()
    {
        _process.WaitForExit();
        return (_process.ExitCode, _output.Result + _errors.Result);
    }

    public void Dispose()
    {
        if (!HasEnded)
            Kill();

        _process.Dispose();
    }
}
