using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Cohort.Kernels;

/// <summary>The innermost loops of <see cref="MatrixKernel"/>: some rows by some vectors of outputs, whose sums stay in registers.</summary>
internal static class MatrixTiles
{
    // While all rows pass a panel, each tile asks for its share of one that comes soon, for the second cache. One row or two wait for memory anyway, and what
    // fetches ahead by itself then does it best.
    private const int RowsThatLookAhead = 4;

    // Up to six rows by two vectors of outputs: twelve accumulators stay in registers. The compiler leaves out what a number of rows does not need.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static unsafe void RowTile<T, TWeights, TRows>(in ProductCall call, int row, in Panels panels, int panel, int column)
        where T : struct, ILanes<T>
        where TWeights : struct, IWeights<T>
        where TRows : struct, IRows
    {
        var (inputs, startStride, stride) = (call.Inputs, call.StartStride, call.ResultStride);
        ref var weights = ref panels.At(panel, column);
        ref var starts = ref call.Start<T>(row, panel, column);
        ref var results = ref call.Result<T>(row, panel, column);
        ref var row0 = ref call.Row(row);
        ref var row1 = ref Unsafe.Add(ref row0, call.RowStride);
        ref var row2 = ref Unsafe.Add(ref row1, call.RowStride);
        ref var row3 = ref Unsafe.Add(ref row2, call.RowStride);
        ref var row4 = ref Unsafe.Add(ref row3, call.RowStride);
        ref var row5 = ref Unsafe.Add(ref row4, call.RowStride);
        T a0 = default, b0 = default, a1 = default, b1 = default, a2 = default, b2 = default;
        T a3 = default, b3 = default, a4 = default, b4 = default, a5 = default, b5 = default;
        (a0, b0) = Read<T>(ref starts, 0);
        if (TRows.Count > 1)
            (a1, b1) = Read<T>(ref starts, startStride);

        if (TRows.Count > 2)
        {
            (a2, b2) = Read<T>(ref starts, 2 * startStride);
            (a3, b3) = Read<T>(ref starts, 3 * startStride);
        }

        if (TRows.Count > 4)
        {
            (a4, b4) = Read<T>(ref starts, 4 * startStride);
            (a5, b5) = Read<T>(ref starts, 5 * startStride);
        }

        var ahead = (byte*)Unsafe.AsPointer(ref weights); // weights do not move
        nint step = 0;
        if (TRows.Count >= RowsThatLookAhead)
        {
            step = TWeights.Words * sizeof(float) * TRows.Count / call.Count;
            ahead += (panels.Ahead * sizeof(float)) + (row / TRows.Count * inputs * step);
        }

        for (nint input = 0; input < inputs; input++)
        {
            if (TRows.Count >= RowsThatLookAhead)
            {
                if (Sse.IsSupported)
                    Sse.Prefetch1(ahead); // may be an address of nothing

                ahead += step;
            }

            var (w, v) = TWeights.At(ref weights, input);
            var x = T.All(Unsafe.Add(ref row0, input));
            a0 = T.MultiplyAdd(w, x, a0);
            b0 = T.MultiplyAdd(v, x, b0);
            if (TRows.Count > 1)
            {
                x = T.All(Unsafe.Add(ref row1, input));
                a1 = T.MultiplyAdd(w, x, a1);
                b1 = T.MultiplyAdd(v, x, b1);
            }

            if (TRows.Count > 2)
            {
                x = T.All(Unsafe.Add(ref row2, input));
                a2 = T.MultiplyAdd(w, x, a2);
                b2 = T.MultiplyAdd(v, x, b2);
                x = T.All(Unsafe.Add(ref row3, input));
                a3 = T.MultiplyAdd(w, x, a3);
                b3 = T.MultiplyAdd(v, x, b3);
            }

            if (TRows.Count > 4)
            {
                x = T.All(Unsafe.Add(ref row4, input));
                a4 = T.MultiplyAdd(w, x, a4);
                b4 = T.MultiplyAdd(v, x, b4);
                x = T.All(Unsafe.Add(ref row5, input));
                a5 = T.MultiplyAdd(w, x, a5);
                b5 = T.MultiplyAdd(v, x, b5);
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

    // Two rows by two panels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void PairTile<T, TWeights>(in ProductCall call, int row, in Panels panels, int panel, int column)
        where T : struct, ILanes<T>
        where TWeights : struct, IWeights<T>
    {
        var (inputs, next) = (call.Inputs, PackedMatrix.Panel<T>());
        ref var starts = ref call.Start<T>(row, panel, column);
        ref var results = ref call.Result<T>(row, panel, column);
        ref var row0 = ref call.Row(row);
        ref var row1 = ref call.Row(row + 1);
        ref var weights0 = ref panels.At(panel, column);
        ref var weights1 = ref panels.At(panel + 1, column);
        var (a0, b0) = Read<T>(ref starts, 0);
        var (a1, b1) = Read<T>(ref starts, call.StartStride);
        var (c0, d0) = Read<T>(ref starts, next);
        var (c1, d1) = Read<T>(ref starts, call.StartStride + next);
        for (nint input = 0; input < inputs; input++)
        {
            var x0 = T.All(Unsafe.Add(ref row0, input));
            var x1 = T.All(Unsafe.Add(ref row1, input));
            var (w, v) = TWeights.At(ref weights0, input);
            a0 = T.MultiplyAdd(w, x0, a0);
            b0 = T.MultiplyAdd(v, x0, b0);
            a1 = T.MultiplyAdd(w, x1, a1);
            b1 = T.MultiplyAdd(v, x1, b1);
            (w, v) = TWeights.At(ref weights1, input);
            c0 = T.MultiplyAdd(w, x0, c0);
            d0 = T.MultiplyAdd(v, x0, d0);
            c1 = T.MultiplyAdd(w, x1, c1);
            d1 = T.MultiplyAdd(v, x1, d1);
        }

        Write(ref results, 0, a0, b0);
        Write(ref results, call.ResultStride, a1, b1);
        Write(ref results, next, c0, d0);
        Write(ref results, call.ResultStride + next, c1, d1);
    }

    // One row by four panels.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void LoneTile<T, TWeights>(in ProductCall call, int row, in Panels panels, int panel, int column)
        where T : struct, ILanes<T>
        where TWeights : struct, IWeights<T>
    {
        var (inputs, next) = (call.Inputs, PackedMatrix.Panel<T>());
        ref var starts = ref call.Start<T>(row, panel, column);
        ref var results = ref call.Result<T>(row, panel, column);
        ref var numbers = ref call.Row(row);
        ref var weights0 = ref panels.At(panel, column);
        ref var weights1 = ref panels.At(panel + 1, column);
        ref var weights2 = ref panels.At(panel + 2, column);
        ref var weights3 = ref panels.At(panel + 3, column);
        var (a0, b0) = Read<T>(ref starts, 0);
        var (a1, b1) = Read<T>(ref starts, next);
        var (a2, b2) = Read<T>(ref starts, 2 * next);
        var (a3, b3) = Read<T>(ref starts, 3 * next);
        for (nint input = 0; input < inputs; input++)
        {
            var x = T.All(Unsafe.Add(ref numbers, input));
            var (w, v) = TWeights.At(ref weights0, input);
            a0 = T.MultiplyAdd(w, x, a0);
            b0 = T.MultiplyAdd(v, x, b0);
            (w, v) = TWeights.At(ref weights1, input);
            a1 = T.MultiplyAdd(w, x, a1);
            b1 = T.MultiplyAdd(v, x, b1);
            (w, v) = TWeights.At(ref weights2, input);
            a2 = T.MultiplyAdd(w, x, a2);
            b2 = T.MultiplyAdd(v, x, b2);
            (w, v) = TWeights.At(ref weights3, input);
            a3 = T.MultiplyAdd(w, x, a3);
            b3 = T.MultiplyAdd(v, x, b3);
        }

        Write(ref results, 0, a0, b0);
        Write(ref results, next, a1, b1);
        Write(ref results, 2 * next, a2, b2);
        Write(ref results, 3 * next, a3, b3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static (T Low, T High) Read<T>(ref float results, nint at)
        where T : struct, ILanes<T> =>
        (T.Load(ref Unsafe.Add(ref results, at)), T.Load(ref Unsafe.Add(ref results, at + PackedMatrix.Half<T>())));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<T>(ref float results, nint at, T low, T high)
        where T : struct, ILanes<T>
    {
        low.Store(ref Unsafe.Add(ref results, at));
        high.Store(ref Unsafe.Add(ref results, at + PackedMatrix.Half<T>()));
    }

    internal interface IRows
    {
        static abstract int Count { get; }
    }

    internal interface IWeights<T>
        where T : struct, ILanes<T>
    {
        // Of one input of a panel.
        static abstract int Words { get; }

        // The weights of one input for the outputs of two vectors, which are half a panel apart.
        static abstract (T Low, T High) At(ref float weights, nint input);
    }

    internal readonly struct Six : IRows
    {
        public static int Count => 6;
    }

    internal readonly struct Four : IRows
    {
        public static int Count => 4;
    }

    internal readonly struct Pair : IRows
    {
        public static int Count => 2;
    }

    internal readonly struct Lone : IRows
    {
        public static int Count => 1;
    }

    internal readonly struct Wide<T> : IWeights<T>
        where T : struct, ILanes<T>
    {
        public static int Words => PackedMatrix.Panel<T>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (T Low, T High) At(ref float weights, nint input)
        {
            ref var here = ref Unsafe.Add(ref weights, input * Words);
            return (T.Load(ref here), T.Load(ref Unsafe.Add(ref here, PackedMatrix.Half<T>())));
        }
    }

    internal readonly struct Narrow<T> : IWeights<T>
        where T : struct, ILanes<T>
    {
        public static int Words => PackedMatrix.Half<T>();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (T Low, T High) At(ref float weights, nint input) =>
            T.LoadHalves(ref Unsafe.As<float, uint>(ref Unsafe.Add(ref weights, input * Words)));
    }
}
