using System.Diagnostics;

namespace Cohort.Models;

/// <summary>Angle per position of every pair of dimensions, in float32 as the reference (modeling_rope_utils of transformers).</summary>
internal static class RopeFrequencies
{
    /// <param name="rope">Base and stretching.</param>
    /// <param name="size">d, the head's width.</param>
    /// <param name="length">Tokens of the sequence: matters for dynamic stretching alone.</param>
    /// <returns>[d/2], radians per position.</returns>
    public static float[] Of(Rope rope, int size, int length) => rope.Scaling switch
    {
        UnscaledRope => Plain(rope.Theta, size),
        LinearRope { Factor: var factor } => [.. Plain(rope.Theta, size).Select(frequency => frequency / (float)factor)],
        DynamicRope dynamic => Plain(DynamicBase(rope.Theta, dynamic, size, length), size),
        YarnRope yarn => Yarn(rope.Theta, yarn, size),
        Llama3Rope llama => [.. Plain(rope.Theta, size).Select(frequency => Llama3(frequency, llama))],
        _ => throw new UnreachableException(),
    };

    /// <summary>What cosines and sines are multiplied by.</summary>
    public static double Amplitude(RopeScaling scaling) => scaling is YarnRope { AttentionFactor: var factor } ? factor : 1;

    private static float[] Plain(double theta, int size) => [.. Powers(theta, size).Select(power => 1f / power)];

    // θ^(2i/d)
    private static float[] Powers(double theta, int size) =>
        [.. Enumerable.Range(0, size / 2).Select(i => MathF.Pow((float)theta, 2f * i / size))];

    private static double DynamicBase(double theta, DynamicRope rope, int size, int length)
    {
        var stretched = rope.Factor * Math.Max(length, rope.TrainedLength) / rope.TrainedLength;
        return theta * Math.Pow(stretched - (rope.Factor - 1), size / (size - 2.0));
    }

    private static float[] Yarn(double theta, YarnRope rope, int size)
    {
        var (low, high) = (Dimension(rope.BetaFast), Dimension(rope.BetaSlow));
        if (rope.Truncates)
        {
            (low, high) = (Math.Floor(low), Math.Ceiling(high));
        }

        (low, high) = (Math.Max(low, 0), Math.Min(high, size - 1));
        var width = high == low ? 0.001 : high - low;
        return [.. Powers(theta, size).Select(Blend)];

        // The dimension that makes this many rotations within the original length.
        double Dimension(double rotations) => size * Math.Log(rope.OriginalLength / (rotations * 2 * Math.PI)) / (2 * Math.Log(theta));

        float Blend(float power, int i)
        {
            var interpolated = Math.Clamp((i - (float)low) / (float)width, 0, 1);
            return (1f / ((float)rope.Factor * power) * interpolated) + (1f / power * (1 - interpolated));
        }
    }

    private static float Llama3(float frequency, Llama3Rope rope)
    {
        var rotations = rope.OriginalLength * (double)frequency / (2 * Math.PI);
        if (rotations < rope.LowFrequencyFactor)
        {
            return frequency / (float)rope.Factor;
        }

        if (rotations > rope.HighFrequencyFactor)
        {
            return frequency;
        }

        var kept = (rotations - rope.LowFrequencyFactor) / (rope.HighFrequencyFactor - rope.LowFrequencyFactor);
        return (float)(((1 - kept) * frequency / rope.Factor) + (kept * frequency));
    }
}
