using Cohort.Kernels;
using Cohort.Models;

namespace Cohort.Engine;

/// <summary>Cosines and sines of every position, for the layers that turn queries and keys (<see cref="Rotary"/>).</summary>
internal sealed class RotaryTable
{
    private readonly int _half;
    private readonly (float[] Cos, float[] Sin) _global;
    private readonly (float[] Cos, float[] Sin) _local;

    /// <param name="config">The model; without dynamic stretching.</param>
    /// <param name="positions">How many.</param>
    public RotaryTable(ModelConfig config, int positions)
    {
        _half = config.HeadSize / 2;
        _global = config.Turns.Contains(LayerTurn.Global) ? Table(config.Rope, config.HeadSize, positions) : ([], []);
        _local = config.Turns.Contains(LayerTurn.Local) ? Table(config.LocalRope, config.HeadSize, positions) : ([], []);
    }

    /// <summary>[d/2], of one position.</summary>
    /// <param name="turn">How the layer turns; not <see cref="LayerTurn.None"/>.</param>
    /// <param name="position">From 0.</param>
    public ReadOnlySpan<float> Cosines(LayerTurn turn, int position) => Of(turn).Cos.AsSpan(position * _half, _half);

    /// <inheritdoc cref="Cosines"/>
    public ReadOnlySpan<float> Sines(LayerTurn turn, int position) => Of(turn).Sin.AsSpan(position * _half, _half);

    private (float[] Cos, float[] Sin) Of(LayerTurn turn) => turn == LayerTurn.Local ? _local : _global;

    private static (float[] Cos, float[] Sin) Table(Rope rope, int headSize, int positions)
    {
        var frequencies = RopeFrequencies.Of(rope, headSize, positions);
        var amplitude = (float)RopeFrequencies.Amplitude(rope.Scaling);
        var (cos, sin) = (new float[positions * frequencies.Length], new float[positions * frequencies.Length]);
        for (var i = 0; i < cos.Length; i++)
        {
            var angle = i / frequencies.Length * frequencies[i % frequencies.Length];
            (cos[i], sin[i]) = (MathF.Cos(angle) * amplitude, MathF.Sin(angle) * amplitude);
        }

        return (cos, sin);
    }
}
