using System.Numerics;

namespace Cohort.Kernels;

/// <summary>A thread's room for numbers on the way, which grows to the largest that is asked for. What is in it at first is anything.</summary>
internal sealed class Scratch
{
    private Aligned<float> _numbers = new(0);
    private int _room;

    /// <summary>Room for so many numbers, from a cache line on.</summary>
    public Span<float> Of(int count)
    {
        if (count > _room)
        {
            _room = (int)BitOperations.RoundUpToPowerOf2((uint)count);
            _numbers = new(_room);
        }

        return _numbers.Span[..count];
    }
}

/// <summary>
/// Heads of the positions of a sequence as a matrix to multiply by, laid out as in a <see cref="PackedMatrix"/>: in panels of 32 outputs, which are positions
/// (for products over the numbers of a head) or the numbers of a head (for sums over positions).
/// </summary>
internal sealed class HeadPanels
{
    private const int Panel = PackedMatrix.Panel;

    private readonly Scratch _scratch = new();
    private int _positions;
    private int _size;

    /// <summary>The smallest multiple of 32 that is not below a number.</summary>
    public static int RoundUp(int number) => (number + Panel - 1) / Panel * Panel;

    /// <summary>Makes room.</summary>
    /// <param name="positions">How many.</param>
    /// <param name="size">d.</param>
    public void Begin(int positions, int size) => (_positions, _size) = (RoundUp(positions), RoundUp(size));

    /// <summary>Writes a head such that its position is an output.</summary>
    public void WriteOutput(int position, ReadOnlySpan<float> head)
    {
        var to = OfPositions(position / Panel)[(position % Panel)..];
        for (var i = 0; i < head.Length; i++)
            to[i * Panel] = head[i];
    }

    /// <summary>Writes a head such that its numbers are outputs.</summary>
    public void WriteInput(int position, ReadOnlySpan<float> head)
    {
        for (var first = 0; first < head.Length; first += Panel)
            head[first..Math.Min(first + Panel, head.Length)].CopyTo(OfNumbers(first / Panel, position));
    }

    /// <summary>[d, 32]: 32 positions as outputs.</summary>
    public Span<float> OfPositions(int panel) => All.Slice(panel * Panel * _size, Panel * _size);

    /// <summary>[positions, 32] from a position on: 32 numbers of a head as outputs.</summary>
    public Span<float> OfNumbers(int panel, int position) => All[(((panel * _positions) + position) * Panel)..];

    private Span<float> All => _scratch.Of(_positions * _size);
}
