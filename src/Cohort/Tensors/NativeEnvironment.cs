using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cohort.Tensors;

/// <summary>
/// Sets what libtorch's native libraries read from the environment while they load, so it runs before anything of this library does.
/// Threads of libgomp spin while they wait: beside any busy process, two of them are ten times slower than when they sleep.
/// </summary>
internal static class NativeEnvironment
{
    private const string SpinCount = "GOMP_SPINCOUNT", WaitPolicy = "OMP_WAIT_POLICY";

    /// <summary>GOMP_SPINCOUNT=0, unless the user has set it or OMP_WAIT_POLICY.</summary>
    [ModuleInitializer]
    [SuppressMessage("Usage", "CA2255:The ModuleInitializer attribute should not be used in libraries",
        Justification = "libgomp reads its environment once, when libtorch loads, and no later call could change it.")]
    internal static void StopSpinning()
    {
        if (OperatingSystem.IsWindows() || IsSet(SpinCount) || IsSet(WaitPolicy))
            return;
        // .NET's own setter changes a copy that native code does not see; it is called too, so that both agree.
        _ = SetEnvironment(SpinCount, "0", overwrite: 0);
        Environment.SetEnvironmentVariable(SpinCount, "0");
    }

    private static bool IsSet(string name) => Environment.GetEnvironmentVariable(name) is not null;

    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetEnvironment(string name, string value, int overwrite);
}
