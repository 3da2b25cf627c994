using System.Runtime.CompilerServices;

namespace Cohort.Kernels;

/// <summary>
/// Products of rows with a <see cref="PackedMatrix"/>. An output is its start plus the products in the order of the inputs, each rounded once with its sum,
/// in one accumulator: the same bits whatever rows are beside it, and whatever the width of the vectors.
/// </summary>
internal static class MatrixKernel
{
    private const int Half = PackedMatrix.Panel / 2;

    /// <summary>Adds to rows of results the products of as many rows with one panel.</summary>
    /// <typeparam name="T">The vectors.</typeparam>
    /// <param name="rows">The first number of the first row.</param>
    /// <param name="rowStride">From a row to the next one.</param>
    /// <param name="panel">The panel's first word.</param>
    /// <param name="type">How its weights are held.</param>
    /// <param name="inputs">Numbers of a row.</param>
    /// <param name="results">The first of the panel's 32 numbers in the first row of results.</param>
    /// <param name="resultStride">From a row of results to the next one.</param>
    /// <param name="count">Rows.</param>
    public static void Multiply<T>(
        ref readonly float rows, nint rowStride, ref readonly float panel, PackedType type, nint inputs, ref float results, nint resultStride, int count)
        where T : struct, ILanes<T>
    {
        if (type == PackedType.Float32)
            Multiply<T, Wide<T>>(in rows, rowStride, in panel, inputs, ref results, resultStride, count);
        else
            Multiply<T, Narrow<T>>(in rows, rowStride, in panel, inputs, ref results, resultStride, count);
    }

    private static void Multiply<T, TWeights>(
        ref readonly float rows, nint rowStride, ref readonly float panel, nint inputs, ref float results, nint resultStride, int count)
        where T : struct, ILanes<T>
        where TWeights : struct, IWeights<T>
    {
        for (var column = 0; column < Half; column += T.Width)
        {
            ref var from = ref Unsafe.AsRef(in rows);
            ref var to = ref Unsafe.Add(ref results, column);
            ref var weights = ref Unsafe.Add(ref Unsafe.AsRef(in panel), column);
            for (var left = count; left > 0;)
            {
                var taken = left >= 6 ? 6 : left >= 4 ? 4 : left >= 2 ? 2 : 1;
                switch (taken)
                {
                    case 6: Tile<T, TWeights, Six>(ref from, rowStride, ref weights, inputs, ref to, resultStride); break;
                    case 4: Tile<T, TWeights, Four>(ref from, rowStride, ref weights, inputs, ref to, resultStride); break;
                    case 2: Tile<T, TWeights, Two>(ref from, rowStride, ref weights, inputs, ref to, resultStride); break;
                    default: Tile<T, TWeights, One>(ref from, rowStride, ref weights, inputs, ref to, resultStride); break;
                }

                from = ref Unsafe.Add(ref from, taken * rowStride);
                to = ref Unsafe.Add(ref to, taken * resultStride);
                left -= taken;
            }
        }
    }

    // Up to six rows by two vectors of outputs: twelve accumulators stay in registers. The compiler leaves out what a number of rows does not need.
    // Optimized at its first call: the first tokens of a run would else wait half a second for code that calls a function for each vector.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<T, TWeights, TRows>(ref float rows, nint rowStride, ref float weights, nint inputs, ref float results, nint stride)
        where T : struct, ILanes<T>
        where TWeights : struct, IWeights<T>
        where TRows : struct, IRows
    {
        ref var row0 = ref rows;
        ref var row1 = ref Unsafe.Add(ref row0, rowStride);
        ref var row2 = ref Unsafe.Add(ref row1, rowStride);
        ref var row3 = ref Unsafe.Add(ref row2, rowStride);
        ref var row4 = ref Unsafe.Add(ref row3, rowStride);
        ref var row5 = ref Unsafe.Add(ref row4, rowStride);
        T a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default;
        T a3 = default, b3 = default, a4 = default, b4 = default, a5 = default, b5 = default;
        (a0, b0) = Read<T>(ref results, 0);
        if (TRows.Count > 1)
            (a1, b1) = Read<T>(ref results, stride);

        if (TRows.Count > 2)
        {
            (a2, b2) = Read<T>(ref results, 2 * stride);
            (a3, b3) = Read<T>(ref results, 3 * stride);
        }

        if (TRows.Count > 4)
        {
            (a4, b4) = Read<T>(ref results, 4 * stride);
            (a5, b5) = Read<T>(ref results, 5 * stride);
        }

        for (nint input = 0; input < inputs; input++)
        {
            var (w, v) = TWeights.At(ref weights, input);
            var x0 = T.All(Unsafe.Add(ref row0, input));
            (a0, b0) = (T.MultiplyAdd(x0, w, a0), T.MultiplyAdd(x0, v, b0));
            if (TRows.Count > 1)
            {
                var x1 = T.All(Unsafe.Add(ref row1, input));
                (a1, b1) = (T.MultiplyAdd(x1, w, a1), T.MultiplyAdd(x1, v, b1));
            }

            if (TRows.Count > 2)
            {
                var x2 = T.All(Unsafe.Add(ref row2, input));
                (a2, b2) = (T.MultiplyAdd(x2, w, a2), T.MultiplyAdd(x2, v, b2));
                var x3 = T.All(Unsafe.Add(ref row3, input));
                (a3, b3) = (T.MultiplyAdd(x3, w, a3), T.MultiplyAdd(x3, v, b3));
            }

            if (TRows.Count > 4)
            {
                var x4 = T.All(Unsafe.Add(ref row4, input));
                (a4, b4) = (T.MultiplyAdd(x4, w, a4), T.MultiplyAdd(x4, v, b4));
                var x5 = T.All(Unsafe.Add(ref row5, input));
                (a5, b5) = (T.MultiplyAdd(x5, w, a5), T.MultiplyAdd(x5, v, b5));
            }
        }

        Write(ref results, 0, a0, b0);
        if (TRows.Count > 1)
            Write(ref results, stride, a1, b1);

        if (TRows.Count > 2)
        {
            Write(ref results, 2 * stride, a2, b2);
            Write(ref results, 3 * stride, a3, b3);
        }

        if (TRows.Count > 4)
        {
            Write(ref results, 4 * stride, a4, b4);
            Write(ref results, 5 * stride, a5, b5);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (T Low, T High) Read<T>(ref float results, nint at)
        where T : struct, ILanes<T> =>
        (T.Load(ref Unsafe.Add(ref results, at)), T.Load(ref Unsafe.Add(ref results, at + Half)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Write<T>(ref float results, nint at, T low, T high)
        where T : struct, ILanes<T>
    {
        low.Store(ref Unsafe.Add(ref results, at));
        high.Store(ref Unsafe.Add(ref results, at + Half));
    }

    private interface IRows
    {
        static abstract int Count { get; }
    }

    private interface IWeights<T>
        where T : struct, ILanes<T>
    {
        // The weights of one input for the outputs of two vectors, which are half a panel apart.
        static abstract (T Low, T High) At(ref float weights, nint input);
    }

    private readonly struct Six : IRows
    {
        public static int Count => 6;
    }

    private readonly struct Four : IRows
    {
        public static int Count => 4;
    }

    private readonly struct Two : IRows
    {
        public static int Count => 2;
    }

    private readonly struct One : IRows
    {
        public static int Count => 1;
    }

    private readonly struct Wide<T> : IWeights<T>
        where T : struct, ILanes<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (T Low, T High) At(ref float weights, nint input)
        {
            ref var here = ref Unsafe.Add(ref weights, input * PackedMatrix.Panel);
            return (T.Load(ref here), T.Load(ref Unsafe.Add(ref here, Half)));
        }
    }

    private readonly struct Narrow<T> : IWeights<T>
        where T : struct, ILanes<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (T Low, T High) At(ref float weights, nint input) =>
            T.LoadHalves(ref Unsafe.As<float, uint>(ref Unsafe.Add(ref weights, input * Half)));
    }
}
