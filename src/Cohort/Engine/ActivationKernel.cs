using System.Diagnostics;
using System.Runtime.CompilerServices;
using Cohort.Kernels;
using Cohort.Models;
using MathNet.Numerics;

namespace Cohort.Engine;

/// <summary>Nonlinearities of the feed-forward layer.</summary>
internal static class ActivationKernel
{
    /// <summary>The nonlinearity, of a panel's gates times its values where the layer is gated.</summary>
    /// <typeparam name="T">The vectors.</typeparam>
    /// <param name="activation">Which.</param>
    /// <param name="input">[n].</param>
    /// <param name="factors">[n], or empty: what the results are multiplied by.</param>
    /// <param name="output">[n]; may be the input.</param>
    public static void Activate<T>(Activation activation, ReadOnlySpan<float> input, ReadOnlySpan<float> factors, Span<float> output)
        where T : struct, ILanes<T>
    {
        var i = 0;
        if (activation != Activation.Gelu)
        {
            for (; i <= input.Length - T.Width; i += T.Width)
            {
                var active = Active(activation, T.Load(in input[i]));
                (factors.Length == 0 ? active : active * T.Load(in factors[i])).Store(ref output[i]);
            }
        }

        for (; i < input.Length; i++)
        {
            var active = activation == Activation.Gelu ? Gelu(input[i]) : Lane.Sum(Active(activation, Lane.All(input[i])));
            output[i] = factors.Length == 0 ? active : active * factors[i];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static T Active<T>(Activation activation, T value)
        where T : struct, ILanes<T> => activation switch
    {
        Activation.Silu => value / (T.All(1) + RowKernels.Exponential(T.All(0) - value)),
        // x Φ(x) ≈ x sigmoid(2 sqrt(2/π) (x + 0.044715 x³))
        Activation.GeluTanh => value / (T.All(1) + RowKernels.Exponential(T.All(-1.5957691216f) * T.MultiplyAdd(value * value * value, T.All(0.044715f), value))),
        Activation.Relu => T.Max(value, T.All(0)),
        _ => throw new UnreachableException(),
    };

    private static float Gelu(float value) => (float)(0.5 * value * (1 + SpecialFunctions.Erf(value / Math.Sqrt(2))));
}
