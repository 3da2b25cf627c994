using Cohort.Kernels;
using Cohort.Models;

namespace Cohort.Engine;

/// <summary>
/// Keys and values of one layer, in segments of equal room: a prompt's, or one completion's. Both lie as panels of a <see cref="PackedMatrix"/>, so that
/// attention is two products: keys in blocks of 32 positions, [d, 32] each, and values of a head in columns of 32, [positions, 32] each.
/// </summary>
internal sealed class KeyValues
{
    private const int Panel = PackedMatrix.Panel;

    private readonly int _heads;
    private readonly int _headSize;
    private readonly int _columns;
    private readonly int _room;
    private readonly Aligned<float> _keys;
    private readonly Aligned<float> _values;

    /// <param name="config">The model.</param>
    /// <param name="segments">How many.</param>
    /// <param name="positions">Tokens of a segment.</param>
    public KeyValues(ModelConfig config, int segments, int positions)
    {
        (_heads, _headSize) = (config.KeyValueHeads, config.HeadSize);
        (_columns, _room) = (RoundUp(config.HeadSize), RoundUp(positions));
        _keys = new((long)segments * _heads * _room * _headSize);
        _values = new((long)segments * _heads * _room * _columns);
    }

    /// <summary>The smallest multiple of 32 that is not below a number.</summary>
    public static int RoundUp(int number) => (number + Panel - 1) / Panel * Panel;

    /// <summary>The first key of a block of 32 positions.</summary>
    public ref float Keys(int segment, int head, int block) => ref _keys[((((long)segment * _heads) + head) * _room * _headSize) + (block * Panel * _headSize)];

    /// <summary>The value of a position in the first of a column's 32 dimensions.</summary>
    public ref float Values(int segment, int head, int column, int position) =>
        ref _values[(((((long)segment * _heads) + head) * _columns) + (column * Panel)) * _room + ((long)position * Panel)];

    /// <summary>Writes a token's key and value of one head.</summary>
    /// <param name="segment">Which segment.</param>
    /// <param name="head">Which key-value head.</param>
    /// <param name="position">Where in the segment.</param>
    /// <param name="key">[d], turned.</param>
    /// <param name="value">[d].</param>
    public void Write(int segment, int head, int position, ReadOnlySpan<float> key, ReadOnlySpan<float> value)
    {
        var (block, column) = Math.DivRem(position, Panel);
        ref var to = ref Keys(segment, head, block);
        for (var i = 0; i < key.Length; i++)
            System.Runtime.CompilerServices.Unsafe.Add(ref to, (i * Panel) + column) = key[i];

        for (var first = 0; first < value.Length; first += Panel)
        {
            var part = value[first..Math.Min(first + Panel, value.Length)];
            part.CopyTo(System.Runtime.InteropServices.MemoryMarshal.CreateSpan(ref Values(segment, head, first / Panel, position), part.Length));
        }
    }
}
