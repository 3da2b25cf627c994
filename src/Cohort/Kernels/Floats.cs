using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Cohort.Kernels;

/// <summary>float32 numbers one behind the other in memory that something else owns and leaves where it is, such as a tensor.</summary>
/// <param name="address">Of the first number.</param>
/// <param name="length">How many.</param>
internal readonly struct Floats(nint address, long length)
{
    private readonly nint _address = address;

    /// <summary>How many numbers.</summary>
    public long Length { get; } = length;

    /// <summary>Some of them.</summary>
    /// <param name="first">The first.</param>
    /// <param name="count">How many.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are not as many.</exception>
    public Span<float> Slice(long first, int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(first);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(first + count, Length);
        return MemoryMarshal.CreateSpan(ref Unsafe.AddByteOffset(ref Unsafe.NullRef<float>(), _address + (nint)(first * sizeof(float))), count);
    }

    /// <summary>The address of a number that is not moved.</summary>
    public static nint AddressOf(ref readonly byte number) => Unsafe.ByteOffset(in Unsafe.NullRef<byte>(), in number);
}
