namespace Cohort.Cli;

/// <summary>What the tool's exit codes mean; `--help` and docs/cli.md say the same.</summary>
internal static class ExitCode
{
    /// <summary>All is well.</summary>
    public const int Success = 0;

    /// <summary>A run began and failed.</summary>
    public const int Failed = 1;

    /// <summary>The command line, run file, data or model cannot be used.</summary>
    public const int BadInput = 2;

    /// <summary>A mistake of the tool's own.</summary>
    public const int Internal = 70;

    /// <summary>Stopped by Ctrl-C.</summary>
    public const int Interrupted = 130;

    /// <summary>Stopped by SIGTERM.</summary>
    public const int Terminated = 143;

    /// <summary>Code and meaning, in order.</summary>
    public static IReadOnlyList<(int Code, string Meaning)> All { get; } =
    [
        (Success, "success"),
        (Failed, "a run failed; finished steps are safe in its directory"),
        (BadInput, "bad command line, run file, data or model; nothing was begun"),
        (Internal, "internal error; run again with COHORT_DEBUG=1 to see where"),
        (Interrupted, "stopped by Ctrl-C; a run can be resumed"),
        (Terminated, "stopped by SIGTERM; a run can be resumed"),
    ];
}
