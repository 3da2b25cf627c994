using System.Runtime.CompilerServices;

namespace Cohort.Kernels;

/// <summary>
/// Products of rows with panels of a <see cref="PackedMatrix"/>. An output is its start plus the products in the order of the inputs, each rounded once with
/// its sum, in one accumulator: the same bits whatever rows are beside it, and whatever the width of the vectors.
/// </summary>
internal static class MatrixKernel
{
    // As many as the widest tile takes.
    private const int PanelsTogether = 4;

    /// <summary>Rows of results: their starts plus the products of as many rows with some panels.</summary>
    /// <typeparam name="T">The vectors.</typeparam>
    /// <param name="rows">The first number of the first row.</param>
    /// <param name="rowStride">From a row to the next one.</param>
    /// <param name="count">Rows.</param>
    /// <param name="panels">What they are multiplied with.</param>
    /// <param name="inputs">Numbers of a row.</param>
    /// <param name="starts">The first panel's first start in the first row; those of the next panel follow. May be the results.</param>
    /// <param name="startStride">From a row of starts to the next one; 0 where all rows start alike.</param>
    /// <param name="results">The first panel's first number in the first row of results; those of the next panel follow.</param>
    /// <param name="resultStride">From a row of results to the next one.</param>
    public static void Multiply<T>(
        ref readonly float rows, nint rowStride, int count, Panels panels, nint inputs, ref readonly float starts, nint startStride, ref float results, nint resultStride)
        where T : struct, ILanes<T>
    {
        var call = new Call(ref Unsafe.AsRef(in rows), rowStride, count, inputs, ref Unsafe.AsRef(in starts), startStride, ref results, resultStride);
        if (panels.Type == PackedType.Float32)
            Multiply<T, Wide<T>>(call, panels);
        else
            Multiply<T, Narrow<T>>(call, panels);
    }

    // Rows by sixes and fours, one panel at a time, and what is left of them by several panels, since one would leave the adders waiting for each other. A few
    // panels stay near until all rows have passed.
    private static void Multiply<T, TWeights>(Call call, Panels panels)
        where T : struct, ILanes<T>
        where TWeights : struct, IWeights<T>
    {
        var (sixes, rest) = Math.DivRem(call.Count, 6);
        var endOfSixes = rest == 2 && sixes > 0 ? call.Count - 8 : 6 * sixes; // 8 is twice 4
        var endOfFours = endOfSixes + ((call.Count - endOfSixes) / 4 * 4);
        for (var first = 0; first < panels.Count; first += PanelsTogether)
        {
            var end = Math.Min(first + PanelsTogether, panels.Count);
            for (var column = 0; column < PackedMatrix.Half<T>(); column += T.Width)
            {
                for (var panel = first; panel < end; panel++)
                {
                    var row = 0;
                    for (; row < endOfSixes; row += 6)
                        RowTile<T, TWeights, Six>(call, row, panels, panel, column);

                    for (; row < endOfFours; row += 4)
                        RowTile<T, TWeights, Four>(call, row, panels, panel, column);
                }

                if (call.Count - endOfFours >= 2)
                    Two<T, TWeights>(call, endOfFours, panels, first, end, column);

                if ((call.Count - endOfFours) % 2 == 1)
                    One<T, TWeights>(call, call.Count - 1, panels, first, end, column);
            }
        }
    }

    private static void Two<T, TWeights>(Call call, int row, Panels panels, int panel, int end, int column)
        where T : struct, ILanes<T>
        where TWeights : struct, IWeights<T>
    {
        for (; panel + 2 <= end; panel += 2)
            PairTile<T, TWeights>(call, row, panels, panel, column);

        if (panel < end)
            RowTile<T, TWeights, Pair>(call, row, panels, panel, column);
    }

    private static void One<T, TWeights>(Call call, int row, Panels panels, int panel, int end, int column)
        where T : struct, ILanes<T>
        where TWeights : struct, IWeights<T>
    {
        for (; panel + 4 <= end; panel += 4)
            LoneTile<T, TWeights>(call, row, panels, panel, column);

        for (; panel < end; panel++)
            RowTile<T, TWeights, Lone>(call, row, panels, panel, column);
    }

    // Up to six rows by two vectors of outputs: twelve accumulators stay in registers. The compiler leaves out what a number of rows does not need.
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void RowTile<T, TWeights, TRows>(Call call, int row, Panels panels, int panel, int column)
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

        for (nint input = 0; input < inputs; input++)
        {
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
    private static void PairTile<T, TWeights>(Call call, int row, Panels panels, int panel, int column)
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
    private static void LoneTile<T, TWeights>(Call call, int row, Panels panels, int panel, int column)
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
    private static void Write<T>(ref float results, nint at, T low, T high)
        where T : struct, ILanes<T>
    {
        low.Store(ref Unsafe.Add(ref results, at));
        high.Store(ref Unsafe.Add(ref results, at + PackedMatrix.Half<T>()));
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

    // The rows and the results of one product.
    private readonly ref struct Call(
        ref float rows, nint rowStride, int count, nint inputs, ref float starts, nint startStride, ref float results, nint resultStride)
    {
        private readonly ref float _rows = ref rows;
        private readonly ref float _starts = ref starts;
        private readonly ref float _results = ref results;

        public nint RowStride => rowStride;

        public int Count => count;

        public nint Inputs => inputs;

        public nint StartStride => startStride;

        public nint ResultStride => resultStride;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ref float Row(int row) => ref Unsafe.Add(ref _rows, row * rowStride);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ref float Start<T>(int row, int panel, int column)
            where T : struct, ILanes<T> =>
            ref Unsafe.Add(ref _starts, (row * startStride) + (panel * PackedMatrix.Panel<T>()) + column);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public ref float Result<T>(int row, int panel, int column)
            where T : struct, ILanes<T> =>
            ref Unsafe.Add(ref _results, (row * resultStride) + (panel * PackedMatrix.Panel<T>()) + column);
    }

    private readonly struct Six : IRows
    {
        public static int Count => 6;
    }

    private readonly struct Four : IRows
    {
        public static int Count => 4;
    }

    private readonly struct Pair : IRows
    {
        public static int Count => 2;
    }

    private readonly struct Lone : IRows
    {
        public static int Count => 1;
    }

    private readonly struct Wide<T> : IWeights<T>
        where T : struct, ILanes<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (T Low, T High) At(ref float weights, nint input)
        {
            ref var here = ref Unsafe.Add(ref weights, input * PackedMatrix.Panel<T>());
            return (T.Load(ref here), T.Load(ref Unsafe.Add(ref here, PackedMatrix.Half<T>())));
        }
    }

    private readonly struct Narrow<T> : IWeights<T>
        where T : struct, ILanes<T>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static (T Low, T High) At(ref float weights, nint input) =>
            T.LoadHalves(ref Unsafe.As<float, uint>(ref Unsafe.Add(ref weights, input * PackedMatrix.Half<T>())));
    }
}

/// <summary>Panels of weights beside each other in memory.</summary>
/// <param name="first">The first one's first word.</param>
/// <param name="stride">Words from one to the next.</param>
/// <param name="count">How many.</param>
/// <param name="type">How their numbers are held.</param>
internal readonly ref struct Panels(ref float first, nint stride, int count, PackedType type)
{
    private readonly ref float _first = ref first;

    public int Count => count;

    public PackedType Type => type;

    /// <summary>A column of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref float At(int panel, int column) => ref Unsafe.Add(ref _first, (panel * stride) + column);
}
