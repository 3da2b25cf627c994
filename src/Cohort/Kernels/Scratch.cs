using System.Numerics;
using System.Runtime.InteropServices;

namespace Cohort.Kernels;

/// <summary>A thread's room for numbers on the way, which grows to the largest that is asked for. What is in it at first is anything.</summary>
internal sealed class Scratch
{
    private const int Line = 64 / sizeof(float);

    private float[] _numbers = [];
    private int _first;

    /// <summary>Room for so many numbers, from a cache line on.</summary>
    public Span<float> Of(int count)
    {
        if (count + Line > _numbers.Length)
        {
            _numbers = GC.AllocateUninitializedArray<float>((int)BitOperations.RoundUpToPowerOf2((uint)(count + Line)), pinned: true);
            _first = (int)((nuint)Marshal.UnsafeAddrOfPinnedArrayElement(_numbers, 0) / sizeof(float) % Line);
            _first = (Line - _first) % Line;
        }

        return _numbers.AsSpan(_first, count);
    }
}

/// <summary>
/// Heads of the positions of a sequence as a matrix to multiply by, laid out as in a <see cref="PackedMatrix"/>: in panels of outputs, which are positions
/// (for products over the numbers of a head) or the numbers of a head (for sums over positions).
/// </summary>
internal sealed class HeadPanels
{
    private readonly Scratch _scratch = new();
    private int _panel;
    private int _positions;
    private int _size;

    /// <summary>Makes room.</summary>
    /// <typeparam name="T">The vectors that will read.</typeparam>
    /// <param name="positions">How many.</param>
    /// <param name="size">d.</param>
    public void Begin<T>(int positions, int size)
        where T : struct, ILanes<T> => (_panel, _positions, _size) = (PackedMatrix.Panel<T>(), PackedMatrix.RoundUp(positions), PackedMatrix.RoundUp(size));

    /// <summary>Writes a head such that its position is an output.</summary>
    public void WriteOutput(int position, ReadOnlySpan<float> head)
    {
        var to = OfPositions(position)[(position % _panel)..];
        for (var i = 0; i < head.Length; i++)
            to[i * _panel] = head[i];
    }

    /// <summary>Writes a head such that its numbers are outputs.</summary>
    public void WriteInput(int position, ReadOnlySpan<float> head)
    {
        for (var first = 0; first < head.Length; first += _panel)
            head[first..Math.Min(first + _panel, head.Length)].CopyTo(OfNumbers(first / _panel, position));
    }

    /// <summary>Positions as outputs.</summary>
    /// <param name="first">The first, a multiple of the widest panel.</param>
    /// <param name="count">How many, such a multiple too.</param>
    public Panels Positions(int first, int count) => new(ref OfPositions(first)[0], _panel * _size, count / _panel, PackedType.Float32, ahead: 1);

    /// <summary>The numbers of a head as outputs, from a position on.</summary>
    public Panels Numbers(int position) => new(ref OfNumbers(0, position)[0], _positions * _panel, _size / _panel, PackedType.Float32, ahead: 1);

    // [d, panel]
    private Span<float> OfPositions(int position) => All.Slice(position / _panel * _panel * _size, _panel * _size);

    // [positions, panel] from a position on.
    private Span<float> OfNumbers(int panel, int position) => All[(((panel * _positions) + position) * _panel)..];

    private Span<float> All => _scratch.Of(_positions * _size);
}
