using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>
/// Rotary position embedding (arXiv:2104.09864), halves paired as in the Llama family: (x_i, x_{i+d/2}) turn by position * theta^(-2i/d).
/// </summary>
internal static class Rotary
{
    /// <summary>
    /// Cosine and sine of every angle, for positions 0 .. length-1; the sine's first half is negated, as the turn needs it.
    /// </summary>
    /// <returns>Two tensors [length, d] float32, owned by the caller's scope.</returns>
    public static (Tensor Cos, Tensor Sin) Tables(int length, int headSize, double theta)
    {
        using var scope = NewDisposeScope();
        var frequencies = Enumerable.Range(0, headSize / 2).Select(i => 1f / MathF.Pow((float)theta, 2f * i / headSize)).ToArray();
        var angles = arange(length, ScalarType.Float32).unsqueeze(1) * tensor(frequencies).unsqueeze(0);
        var (cos, sin) = (angles.cos(), angles.sin());
        return (cat([cos, cos], dim: -1).MoveToOuterDisposeScope(), cat([-sin, sin], dim: -1).MoveToOuterDisposeScope());
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
        return (input * cos.to_type(input.dtype)).addcmul(swapped, sin.to_type(input.dtype), 1).MoveToOuterDisposeScope();
    }
}
