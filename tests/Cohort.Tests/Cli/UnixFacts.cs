using System.Diagnostics;

namespace Cohort.Tests.Cli;

/// <summary>A test of signals.</summary>
internal sealed class UnixFactAttribute : FactAttribute
{
    public UnixFactAttribute() => Skip = UnixTheoryAttribute.Reason;
}

/// <summary>A test of signals, with data.</summary>
internal sealed class UnixTheoryAttribute : TheoryAttribute
{
    public UnixTheoryAttribute() => Skip = Reason;

    public static string? Reason => OperatingSystem.IsWindows() ? "Windows has no signals to send." : null;
}

/// <summary>A test that mounts a small disk in a namespace of its own, where no one else sees it and no rights are needed.</summary>
internal sealed class TmpfsFactAttribute : FactAttribute
{
    private static readonly Lazy<bool> MayMount = new(() =>
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo("unshare", ["-Urm", "mount", "-t", "tmpfs", "cohort-test", "/mnt"])
            {
                RedirectStandardError = true,
            })!;
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    });

    public TmpfsFactAttribute() => Skip = MayMount.Value ? null : "This system refuses `unshare -Urm mount -t tmpfs`.";
}
