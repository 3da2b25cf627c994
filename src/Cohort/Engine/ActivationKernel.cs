using System.Diagnostics;
using System.Runtime.CompilerServices;
using Cohort.Kernels;
using Cohort.Models;
using MathNet.Numerics;

namespace Cohort.Engine;

/// <summary>Nonlinearities of the feed-forward layer.</summary>
internal static class ActivationKernel
{
    /// <summary>The nonlinearity of some rows of a panel, times the panel's second half where the layer is gated.</summary>
    /// <typeparam name="T">The vectors.</typeparam>
    /// <param name="activation">Which.</param>
    /// <param name="gated">Whether a panel is half gates, half values.</param>
    /// <param name="panel">The first row's first number.</param>
    /// <param name="stride">From a row to the next one.</param>
    /// <param name="count">Rows.</param>
    /// <param name="output">The first row's first result.</param>
    /// <param name="outputStride">From a row of results to the next one.</param>
    public static void Activate<T>(
        Activation activation, bool gated, ref readonly float panel, nint stride, int count, ref float output, nint outputStride)
        where T : struct, ILanes<T>
    {
        ref var from = ref Unsafe.AsRef(in panel);
        switch (activation)
        {
            case Activation.Silu: Activate<T, Silu>(gated, ref from, stride, count, ref output, outputStride); break;
            case Activation.GeluTanh: Activate<T, GeluTanh>(gated, ref from, stride, count, ref output, outputStride); break;
            case Activation.Relu: Activate<T, Relu>(gated, ref from, stride, count, ref output, outputStride); break;
            case Activation.Gelu: Activate<Lane, Gelu>(gated, ref from, stride, count, ref output, outputStride, PackedMatrix.Panel<T>()); break;
            default: throw new UnreachableException();
        }
    }

    private static void Activate<T, TActivation>(
        bool gated, ref float panel, nint stride, int count, ref float output, nint outputStride)
        where T : struct, ILanes<T>
        where TActivation : struct, IActivation =>
        Activate<T, TActivation>(gated, ref panel, stride, count, ref output, outputStride, PackedMatrix.Panel<T>());

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Activate<T, TActivation>(
        bool gated, ref float panel, nint stride, int count, ref float output, nint outputStride, int width)
        where T : struct, ILanes<T>
        where TActivation : struct, IActivation
    {
        var half = width / 2;
        for (var row = 0; row < count; row++)
        {
            for (var i = 0; i < (gated ? half : width); i += T.Width)
            {
                var active = TActivation.Of(T.Load(ref Unsafe.Add(ref panel, i)));
                (gated ? active * T.Load(ref Unsafe.Add(ref panel, half + i)) : active).Store(ref Unsafe.Add(ref output, i));
            }

            panel = ref Unsafe.Add(ref panel, stride);
            output = ref Unsafe.Add(ref output, outputStride);
        }
    }

    private interface IActivation
    {
        static abstract T Of<T>(T value)
            where T : struct, ILanes<T>;
    }

    private readonly struct Silu : IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of<T>(T value)
            where T : struct, ILanes<T> => value / GateForward.OnePlusExponential(value);
    }

    // x Φ(x) ≈ x sigmoid(2 sqrt(2/π) (x + 0.044715 x³))
    private readonly struct GeluTanh : IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of<T>(T value)
            where T : struct, ILanes<T> =>
            value / (T.All(1) + RowKernels.Exponential(T.All(-1.5957691216f) * T.MultiplyAdd(value * value * value, T.All(0.044715f), value)));
    }

    private readonly struct Relu : IActivation
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static T Of<T>(T value)
            where T : struct, ILanes<T> => T.Max(value, T.All(0));
    }

    // One number at a time.
    private readonly struct Gelu : IActivation
    {
        public static T Of<T>(T value)
            where T : struct, ILanes<T>
        {
            double x = T.Sum(value);
            return T.All((float)(0.5 * x * (1 + SpecialFunctions.Erf(x / Math.Sqrt(2)))));
        }
    }
}
