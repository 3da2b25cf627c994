using System.Runtime.InteropServices;

namespace Cohort.Tensors;

/// <summary>The allocator under the tensors.</summary>
internal static class NativeMemory
{
    /// <summary>Gives memory that was freed back to the system.</summary>
    public static void Trim()
    {
        if (OperatingSystem.IsLinux())
        {
            _ = MallocTrim(0);
        }
    }

    public static void Threshold(int bytes) => _ = MallOpt(-3, bytes);

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MallocTrim(nint pad);

    [DllImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MallOpt(int parameter, int value);
}
