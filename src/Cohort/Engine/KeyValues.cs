using System.Runtime.InteropServices;
using Cohort.Kernels;
using Cohort.Models;

namespace Cohort.Engine;

/// <summary>
/// Keys and values of one layer, in segments of equal room: a prompt's, or one completion's. Keys of a head lie one behind the other, so that a token's is
/// written at once; values in panels of columns, [positions, panel] each, as <see cref="MatrixKernel"/> reads them.
/// </summary>
internal sealed class KeyValues : IDisposable
{
    private readonly int _panel;
    private readonly int _heads;
    private readonly int _headSize;
    private readonly int _columns;
    private readonly int _room;
    private readonly Aligned<float> _keys;
    private readonly Aligned<float> _values;

    /// <param name="config">The model.</param>
    /// <param name="segments">How many.</param>
    /// <param name="positions">Tokens of a segment.</param>
    /// <param name="panel">Width of a panel.</param>
    public KeyValues(ModelConfig config, int segments, int positions, int panel)
    {
        _panel = panel;
        (_heads, _headSize) = (config.KeyValueHeads, config.HeadSize);
        (_columns, _room) = (PackedMatrix.RoundUp(config.HeadSize), positions);
        _keys = new((long)segments * _heads * _room * _headSize);
        _values = new((long)segments * _heads * _room * _columns);
    }

    /// <summary>Keys [count, d] of a head from a position on.</summary>
    public Span<float> Keys(int segment, int head, int position, int count) =>
        _keys.Slice(((((long)segment * _heads) + head) * _room * _headSize) + ((long)position * _headSize), count * _headSize);

    /// <summary>Values of a head from a position on, in columns; what is read soon after them are the next head's.</summary>
    public Panels Values(int segment, int head, int position)
    {
        var count = (_headSize + _panel - 1) / _panel;
        return new(ref Value(segment, head, 0, position), _panel * _room, count, PackedType.Float32, ahead: count);
    }

    /// <summary>Writes a token's key and value of one head.</summary>
    /// <param name="segment">Which segment.</param>
    /// <param name="head">Which key-value head.</param>
    /// <param name="position">Where in the segment.</param>
    /// <param name="key">[d], turned.</param>
    /// <param name="value">[d].</param>
    public void Write(int segment, int head, int position, ReadOnlySpan<float> key, ReadOnlySpan<float> value)
    {
        key.CopyTo(Keys(segment, head, position, 1));
        for (var first = 0; first < value.Length; first += _panel)
        {
            var part = value[first..Math.Min(first + _panel, value.Length)];
            part.CopyTo(MemoryMarshal.CreateSpan(ref Value(segment, head, first / _panel, position), part.Length));
        }
    }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        _keys.Dispose();
        _values.Dispose();
    }

    private ref float Value(int segment, int head, int column, int position) =>
        ref _values[((((((long)segment * _heads) + head) * _columns) + (column * _panel)) * _room) + ((long)position * _panel)];
}
