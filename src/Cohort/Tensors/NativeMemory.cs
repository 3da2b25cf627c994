using System.Runtime.InteropServices;

namespace Cohort.Tensors;

/// <summary>The C library's allocator, under the tensors.</summary>
internal static class NativeMemory
{
    // M_MMAP_THRESHOLD of malloc.h.
    private const int MapThreshold = -3;

    private const int LargeTensor = 1 << 20;

    /// <summary>
    /// Lets every tensor of a mebibyte and more lie in pages of its own, which go back to the system when it is freed. By itself glibc soon takes tensors
    /// of up to 32 MiB from its heap, whose holes then grow: a step of half a billion weights under an adapter had a quarter more at its height. Small
    /// models are better off with the heap, which is quicker. Does nothing where the C library is another.
    /// </summary>
    public static void MapLargeTensors()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = SetOption(MapThreshold, LargeTensor);
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such option, and no such heap.
        }
    }

    [DllImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetOption(int option, int value);
}
