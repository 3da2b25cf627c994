using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>
/// Rotary position embedding (arXiv:2104.09864), halves paired as in the Llama family: (x_i, x_{i+d/2}) turn by position times frequency i.
/// Cosines and sines are float32 tables that grow with the sequences seen and follow the tokens to their device; they are no part of the
/// weights.
/// </summary>
internal sealed class Rotary : IDisposable
{
    private const int FirstLength = 256;

    private readonly Rope _rope;
    private readonly int _headSize;
    private Tensor _cos;
    private Tensor _sin;

    public Rotary(Rope rope, int headSize)
    {
        (_rope, _headSize) = (rope, headSize);
        using var scope = NewDisposeScope();
        var (cos, sin) = Tables(1, 1, CPU);
        (_cos, _sin) = (cos.DetachFromDisposeScope(), sin.DetachFromDisposeScope());
    }

    /// <summary>Cosine and sine of every angle, for positions 0 .. length-1; the sine's first half is negated, as the turn needs it.</summary>
    /// <param name="length">Tokens of the sequence.</param>
    /// <param name="device">Where the result lies.</param>
    /// <returns>Two tensors [length, d] float32, owned by the caller's scope.</returns>
    public (Tensor Cos, Tensor Sin) Upto(int length, Device device)
    {
        if (ChangesAt(length))
        {
            return Tables(length, length, device);
        }

        var (cos, sin) = Grown(length, device);
        return (cos.narrow(0, 0, length), sin.narrow(0, 0, length));
    }

    /// <summary>Cosine and sine of the last token of several sequences.</summary>
    /// <param name="positions">[n] int64; a sequence is one token longer than its last position.</param>
    /// <param name="longest">Tokens of the longest of them.</param>
    /// <returns>Two tensors [n, d] float32, owned by the caller's scope.</returns>
    public (Tensor Cos, Tensor Sin) AtEnd(Tensor positions, int longest)
    {
        using var scope = NewDisposeScope();
        if (!ChangesAt(longest))
        {
            var (cos, sin) = Grown(longest, positions.device);
            return (cos.index_select(0, positions).MoveToOuterDisposeScope(), sin.index_select(0, positions).MoveToOuterDisposeScope());
        }

        var lengths = positions.cpu().data<long>().Select(position => (int)position + 1);
        var frequencies = tensor(lengths.SelectMany(length => RopeFrequencies.Of(_rope, _headSize, length)).ToArray(), [positions.shape[0], _headSize / 2]);
        var turns = Turns(positions.to_type(ScalarType.Float32).unsqueeze(1) * frequencies.to(positions.device));
        return (turns.Cos.MoveToOuterDisposeScope(), turns.Sin.MoveToOuterDisposeScope());
    }

    /// <summary>Turns every head of a query or key.</summary>
    /// <param name="input">[B, heads, t, d].</param>
    /// <param name="cos">Broadcasts to the input: [t, d], or [B, 1, t, d] with positions of each row.</param>
    /// <param name="sin">Same shape as <paramref name="cos"/>.</param>
    /// <returns>[B, heads, t, d], owned by the caller's scope.</returns>
    public static Tensor Apply(Tensor input, Tensor cos, Tensor sin)
    {
        using var scope = NewDisposeScope();
        var swapped = input.roll(input.shape[^1] / 2, -1);
        return (input * Precision.As(cos, input.dtype)).addcmul(swapped, Precision.As(sin, input.dtype), 1).MoveToOuterDisposeScope();
    }

    /// <summary>Frees the tables.</summary>
    public void Dispose()
    {
        _cos.Dispose();
        _sin.Dispose();
    }

    // Beyond the trained length, dynamic stretching gives each length frequencies of its own.
    private bool ChangesAt(int length) => _rope.Scaling is DynamicRope { TrainedLength: var trained } && length > trained;

    private (Tensor Cos, Tensor Sin) Grown(int length, Device device)
    {
        if (_cos.shape[0] < length || _cos.device != device)
        {
            using var scope = NewDisposeScope();
            var room = Math.Max(FirstLength, (int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)length));
            var (cos, sin) = Tables(room, length, device);
            Dispose();
            (_cos, _sin) = (cos.DetachFromDisposeScope(), sin.DetachFromDisposeScope());
        }

        return (_cos, _sin);
    }

    private (Tensor Cos, Tensor Sin) Tables(int rows, int length, Device device)
    {
        using var scope = NewDisposeScope();
        var frequencies = tensor(RopeFrequencies.Of(_rope, _headSize, length), device: device);
        var (cos, sin) = Turns(arange(rows, ScalarType.Float32, device: device).unsqueeze(1) * frequencies.unsqueeze(0));
        return (cos.MoveToOuterDisposeScope(), sin.MoveToOuterDisposeScope());
    }

    // [n, d/2] angles -> two of [n, d]
    private (Tensor Cos, Tensor Sin) Turns(Tensor angles)
    {
        using var scope = NewDisposeScope();
        var amplitude = RopeFrequencies.Amplitude(_rope.Scaling);
        var (cos, sin) = (angles.cos() * amplitude, angles.sin() * amplitude);
        return (cat([cos, cos], dim: -1).MoveToOuterDisposeScope(), cat([-sin, sin], dim: -1).MoveToOuterDisposeScope());
    }
}
