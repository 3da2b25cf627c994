using Cohort.Kernels;

namespace Cohort.Engine;

/// <summary>Rows of numbers, each of which begins at a cache line and has room for whole panels.</summary>
internal sealed class Rows(int count, int width) : IDisposable
{
    // Rows that are read together must not lie a power of two apart: they would take the same places of the cache.
    private const int Shift = 16;

    private readonly Aligned<float> _numbers = new((long)count * (PackedMatrix.RoundUp(width) + Shift));

    /// <summary>From a row to the next one.</summary>
    public int Stride { get; } = PackedMatrix.RoundUp(width) + Shift;

    /// <summary>[width].</summary>
    public Span<float> this[int row] => Wide(row)[..width];

    /// <summary>[stride]: with the room behind the row.</summary>
    public Span<float> Wide(int row) => _numbers.Slice((long)row * Stride, Stride);

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _numbers.Dispose();
}
