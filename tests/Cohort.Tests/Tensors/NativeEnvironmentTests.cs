using System.Runtime.InteropServices;
using Cohort.Tensors;

namespace Cohort.Tests.Tensors;

public sealed class NativeEnvironmentTests
{
    [Fact]
    public void Native_code_sees_that_waiting_threads_shall_sleep()
    {
        if (OperatingSystem.IsWindows() || Environment.GetEnvironmentVariable("OMP_WAIT_POLICY") is not null)
            return;

        Assert.InRange(PhysicalCores.Count, 1, Environment.ProcessorCount);
        Assert.Equal(Environment.GetEnvironmentVariable("GOMP_SPINCOUNT"), Marshal.PtrToStringAnsi(GetEnvironment("GOMP_SPINCOUNT")));
    }

    [DllImport("libc", EntryPoint = "getenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern nint GetEnvironment(string name);
}
