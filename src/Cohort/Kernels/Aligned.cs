using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cohort.Kernels;

/// <summary>
/// Memory that begins at a cache line and is zeros at first. On Linux large pieces lie in huge pages, where there are some: what a rollout reads of each
/// completion and of each matrix is spread over more small pages than the processor knows the places of.
/// </summary>
/// <typeparam name="T">Of which numbers.</typeparam>
internal sealed unsafe class Aligned<T> : IDisposable
    where T : unmanaged
{
    private T* _memory;
    private readonly long _bytes;

    /// <param name="length">How many.</param>
    public Aligned(long length)
    {
        (Length, _bytes) = (length, Math.Max(1, length) * sizeof(T));
        _memory = (T*)NativeMemory.AlignedAlloc((nuint)_bytes, (nuint)(_bytes < HugePages.Size ? HugePages.Line : HugePages.Size));
        GC.AddMemoryPressure(_bytes);
        HugePages.Ask(_memory, _bytes);
        NativeMemory.Clear(_memory, (nuint)_bytes);
    }

    /// <summary>Frees the memory.</summary>
    ~Aligned() => Free();

    /// <summary>How many numbers.</summary>
    public long Length { get; }

    /// <summary>One of them; not checked.</summary>
    public ref T this[long index]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => ref _memory[index];
    }

    /// <summary>Some of them; not checked.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Slice(long first, int count) => new(_memory + first, count);

    /// <summary>Frees the memory; nothing may use it any more.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_memory is null)
            return;

        NativeMemory.AlignedFree(_memory);
        GC.RemoveMemoryPressure(_bytes);
        _memory = null;
    }
}

/// <summary>Linux' pages of 2 MiB.</summary>
internal static unsafe partial class HugePages
{
    /// <summary>Bytes of such a page.</summary>
    public const int Size = 2 << 20;

    /// <summary>Bytes of a cache line.</summary>
    public const int Line = 64;

    // MADV_HUGEPAGE of sys/mman.h.
    private const int Advice = 14;

    /// <summary>Asks for huge pages under some memory; where there are none, it stays as it is.</summary>
    public static void Ask(void* memory, long bytes)
    {
        if (OperatingSystem.IsLinux() && bytes >= Size)
            _ = Advise(memory, (nuint)bytes / Size * Size, Advice);
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(void* memory, nuint bytes, int advice);
}
