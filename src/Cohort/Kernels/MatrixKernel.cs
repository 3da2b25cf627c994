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
        ref readonly float rows,
        nint rowStride,
        int count,
        Panels panels,
        nint inputs,
        ref readonly float starts,
        nint startStride,
        ref float results,
        nint resultStride)
        where T : struct, ILanes<T>
    {
        var call = new ProductCall(ref Unsafe.AsRef(in rows), rowStride, count, inputs, ref Unsafe.AsRef(in starts), startStride, ref results, resultStride);
        if (panels.Type == PackedType.Float32)
            Multiply<T, MatrixTiles.Wide<T>>(call, panels);
        else
            Multiply<T, MatrixTiles.Narrow<T>>(call, panels);
    }

    // So many inputs of a panel stay in the first cache while all rows pass.
    private const int InputsTogether = 256;

    // Rows by sixes and fours, one panel at a time, and what is left of them by several panels, since one would leave the adders waiting for each other. A few
    // panels stay near until all rows have passed.
    private static void Multiply<T, TWeights>(in ProductCall call, in Panels panels)
        where T : struct, ILanes<T>
        where TWeights : struct, MatrixTiles.IWeights<T>
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
                    for (nint input = 0; input < call.Inputs && endOfFours > 0; input += InputsTogether)
                    {
                        var part = call.From(input, InputsTogether);
                        var weights = panels.From(input * TWeights.Words);
                        var row = 0;
                        for (; row < endOfSixes; row += 6)
                            MatrixTiles.RowTile<T, TWeights, MatrixTiles.Six>(part, row, weights, panel, column);

                        for (; row < endOfFours; row += 4)
                            MatrixTiles.RowTile<T, TWeights, MatrixTiles.Four>(part, row, weights, panel, column);
                    }
                }

                if (call.Count - endOfFours >= 2)
                    Two<T, TWeights>(call, endOfFours, panels, first, end, column);

                if ((call.Count - endOfFours) % 2 == 1)
                    One<T, TWeights>(call, call.Count - 1, panels, first, end, column);
            }
        }
    }

    private static void Two<T, TWeights>(in ProductCall call, int row, in Panels panels, int panel, int end, int column)
        where T : struct, ILanes<T>
        where TWeights : struct, MatrixTiles.IWeights<T>
    {
        for (; panel + 2 <= end; panel += 2)
            MatrixTiles.PairTile<T, TWeights>(call, row, panels, panel, column);

        if (panel < end)
            MatrixTiles.RowTile<T, TWeights, MatrixTiles.Pair>(call, row, panels, panel, column);
    }

    private static void One<T, TWeights>(in ProductCall call, int row, in Panels panels, int panel, int end, int column)
        where T : struct, ILanes<T>
        where TWeights : struct, MatrixTiles.IWeights<T>
    {
        for (; panel + 4 <= end; panel += 4)
            MatrixTiles.LoneTile<T, TWeights>(call, row, panels, panel, column);

        for (; panel < end; panel++)
            MatrixTiles.RowTile<T, TWeights, MatrixTiles.Lone>(call, row, panels, panel, column);
    }
}

/// <summary>The rows and the results of one product.</summary>
internal readonly ref struct ProductCall(
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

    /// <summary>The part of some inputs: what it adds to are the starts at first, and later the results of the part before.</summary>
    /// <param name="input">The first.</param>
    /// <param name="most">How many, where there are as many.</param>
    public ProductCall From(nint input, int most)
    {
        ref var rest = ref Unsafe.Add(ref _rows, input);
        return input == 0
            ? new(ref rest, rowStride, count, Math.Min(most, inputs), ref _starts, startStride, ref _results, resultStride)
            : new(ref rest, rowStride, count, Math.Min(most, inputs - input), ref _results, resultStride, ref _results, resultStride);
    }

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

/// <summary>Panels of weights beside each other in memory.</summary>
/// <param name="first">The first one's first word.</param>
/// <param name="stride">Words from one to the next.</param>
/// <param name="count">How many.</param>
/// <param name="type">How their numbers are held.</param>
/// <param name="ahead">From a panel to one that this thread reads soon after it, in panels; the place may be that of nothing.</param>
internal readonly ref struct Panels(ref float first, nint stride, int count, PackedType type, int ahead)
{
    private readonly ref float _first = ref first;

    public int Count => count;

    public PackedType Type => type;

    /// <summary>Words from a panel to one that is read soon after it.</summary>
    public nint Ahead => ahead * stride;

    /// <summary>The same panels from a word of each on.</summary>
    public Panels From(nint word) => new(ref Unsafe.Add(ref _first, word), stride, count, type, ahead);

    /// <summary>A column of a panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref float At(int panel, int column) => ref Unsafe.Add(ref _first, (panel * stride) + column);
}
