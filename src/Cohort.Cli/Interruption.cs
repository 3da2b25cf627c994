using System.Runtime.InteropServices;
using Cohort.Cli.Terminals;

namespace Cohort.Cli;

/// <summary>Ctrl-C and SIGTERM: the first asks the run to finish, save and stop; the second ends the process at once.</summary>
internal sealed class Interruption : IDisposable
{
    private readonly Terminal _terminal;
    private readonly CancellationTokenSource _source = new();
    private readonly PosixSignalRegistration[] _registrations;
    private volatile int _exitCode;

    /// <summary>Listens from now on.</summary>
    /// <param name="terminal">Says what was understood.</param>
    public Interruption(Terminal terminal)
    {
        _terminal = terminal;
        _registrations =
        [
            PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, Cli.ExitCode.Interrupted)),
            PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, Cli.ExitCode.Terminated)),
        ];
    }

    /// <summary>Set by the first signal.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Whether a signal came.</summary>
    public bool IsRequested => _exitCode != 0;

    /// <summary>What the process ends with once it has stopped: 128 and the first signal's number.</summary>
    public int ExitCode => _exitCode;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
            registration.Dispose();

        _source.Dispose();
    }

    private void Stop(PosixSignalContext signal, int exitCode)
    {
        signal.Cancel = true;
        if (Interlocked.CompareExchange(ref _exitCode, exitCode, 0) != 0)
        {
            _terminal.ShowCursor();
            ExitAtOnce(exitCode);
        }

        _terminal.Say("finishing; press again to quit at once");
        _source.Cancel();
    }

    // The usual exit would first unload libtorch from under the thread that is using it.
    private static void ExitAtOnce(int exitCode)
    {
        if (!OperatingSystem.IsWindows())
            EndProcess(exitCode);

        Environment.Exit(exitCode);
    }

    [DllImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern void EndProcess(int exitCode);
}
