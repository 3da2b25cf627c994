using System.Runtime.InteropServices;

namespace Cohort.Tensors;

/// <summary>Memory outside .NET's heap: the C library's allocator, under the tensors.</summary>
internal static class NativeMemory
{
    // Of malloc.h: M_TRIM_THRESHOLD, M_TOP_PAD, M_MMAP_THRESHOLD.
    private const int TrimThreshold = -1;
    private const int TopPad = -2;
    private const int MapThreshold = -3;

    private const long LargeModel = 50_000_000;
    private const int LargeTensor = 1 << 20;
    private const int LargestOfHeap = 32 << 20;

    private static bool _isLarge;

    /// <summary>
    /// Suits glibc's allocator to a model. Left alone it gives memory back to the system and asks for it anew many times per step, and the system fills each
    /// page with zeros: a tenth of a small model's update. For small models the heap therefore keeps what it has, and asks for much at a time. For models of
    /// 50 million weights and more every tensor of a mebibyte lies in pages of its own, which go back when it is freed: the heap's holes would be a quarter
    /// of the memory. Does nothing where the C library is another.
    /// </summary>
    /// <param name="weights">Numbers of the model.</param>
    public static void Suit(long weights)
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _isLarge |= weights >= LargeModel; // the largest model of a process decides
            if (_isLarge)
            {
                _ = SetOption(MapThreshold, LargeTensor);
                _ = SetOption(TrimThreshold, LargeTensor);
            }
            else
            {
                _ = SetOption(MapThreshold, LargestOfHeap);
                _ = SetOption(TrimThreshold, int.MaxValue);
                _ = SetOption(TopPad, 2 * LargestOfHeap);
            }
        }
        catch (EntryPointNotFoundException)
        {
            // musl has no such options, and no such heap.
        }
    }

    /// <summary>
    /// Ends what a step left behind: small native objects of wrappers that nobody disposes, such as TorchSharp's scalars. .NET collects them when its own
    /// heap is full, which takes hundreds of steps; between large tensors they would keep glibc's heap from closing its holes, tens of MiB per step.
    /// </summary>
    public static void EndLeftovers() => GC.Collect(1, GCCollectionMode.Forced);

    [DllImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetOption(int option, int value);
}
