namespace Cohort.Kernels;

/// <summary>
/// softmax(scale q k') v over packed groups, in tiles of a few queries: no more of the scores is there than a tile's. A task is one group's share of one head of
/// keys and values, which nobody else reads or writes.
/// </summary>
/// <param name="shape">What it is made of.</param>
internal abstract class AttentionKernel(AttentionShape shape) : IKernel
{
    /// <summary>Queries of a tile.</summary>
    protected const int TileRows = 24;

    /// <summary>What it is made of.</summary>
    protected AttentionShape Shape => shape;

    /// <summary>Numbers of a head with the room behind them.</summary>
    protected int Stride => PackedMatrix.RoundUp(shape.HeadSize);

    /// <inheritdoc/>
    public void Compute<T>(int task)
        where T : struct, ILanes<T>
    {
        var (group, head) = Math.DivRem(task, shape.KeyValueHeads);
        Compute<T>(shape.Groups[group], head);
    }

    /// <summary>Does one group's share of one head of keys and values.</summary>
    protected abstract void Compute<T>(PackedGroup group, int head)
        where T : struct, ILanes<T>;

    /// <summary>Queries that are computed together, and the keys that the first to the last of them see.</summary>
    /// <param name="Token">The first.</param>
    /// <param name="Position">Its place in its sequence.</param>
    /// <param name="Count">How many.</param>
    /// <param name="FirstKey">The first key, a multiple of the widest panel.</param>
    protected readonly record struct Tile(int Token, int Position, int Count, int FirstKey)
    {
        /// <summary>Behind the last key.</summary>
        public int EndKey => Position + Count;

        /// <summary>How many keys.</summary>
        public int Keys => EndKey - FirstKey;
    }

    /// <summary>The tiles of a part of a sequence.</summary>
    protected IEnumerable<Tile> Tiles(PackedPart part)
    {
        for (var first = 0; first < part.Length; first += TileRows)
        {
            var position = part.Position + first;
            var firstKey = Math.Max(0, position - shape.Window + 1);
            yield return new(part.First + first, position, Math.Min(TileRows, part.Length - first), firstKey - (firstKey % PackedMatrix.WidestPanel));
        }
    }

    /// <summary>One head of one token.</summary>
    /// <param name="numbers">[tokens, heads, d].</param>
    /// <param name="token">Which token.</param>
    /// <param name="head">Which head.</param>
    /// <param name="heads">Of how many.</param>
    protected Span<float> Head(Floats numbers, int token, int head, int heads) =>
        numbers.Slice((((long)token * heads) + head) * shape.HeadSize, shape.HeadSize);

    /// <summary>Turns a head by its position.</summary>
    /// <param name="head">[d], changed.</param>
    /// <param name="position">Where it stands in its sequence.</param>
    /// <param name="back">Whether the other way round, as gradients turn.</param>
    protected void Turn<T>(Span<float> head, int position, bool back)
        where T : struct, ILanes<T>
    {
        if (shape.Cosines.Length == 0)
            return;

        var (size, half) = (shape.HeadSize, shape.HeadSize / 2);
        var first = (long)position * size;
        RowKernels.Turn<T>(head, shape.Cosines.Slice(first, half), shape.Sines.Slice(first + (back ? 0 : half), half));
    }

    /// <summary>The queries of a tile, turned and scaled.</summary>
    /// <param name="query">[tokens, heads, d].</param>
    /// <param name="tile">Which.</param>
    /// <param name="head">Which query head.</param>
    /// <param name="rows">[tile, stride], written.</param>
    protected void TakeQueries<T>(Floats query, Tile tile, int head, Span<float> rows)
        where T : struct, ILanes<T>
    {
        for (var i = 0; i < tile.Count; i++)
        {
            var row = rows.Slice(i * Stride, shape.HeadSize);
            Head(query, tile.Token + i, head, shape.Heads).CopyTo(row);
            Turn<T>(row, tile.Position + i, back: false);
            RowKernels.Multiply<T>(row, shape.Scale);
        }
    }

    /// <summary>Products of rows with panels of positions: a number for each row and key of a tile, in rows as wide as whole panels.</summary>
    /// <param name="rows">[tile, stride].</param>
    /// <param name="stride">From a row to the next one.</param>
    /// <param name="panels">Of positions.</param>
    /// <param name="tile">Which.</param>
    /// <param name="results">[tile, keys], written.</param>
    protected void Products<T>(ReadOnlySpan<float> rows, int stride, HeadPanels panels, Tile tile, Span<float> results)
        where T : struct, ILanes<T>
    {
        var width = PackedMatrix.RoundUp(tile.Keys);
        results[..(tile.Count * width)].Clear();
        MatrixKernel.Multiply<T>(
            in rows[0], stride, tile.Count, panels.Positions(tile.FirstKey, width), shape.HeadSize, in results[0], width, ref results[0], width);
    }

    /// <summary>Sums over positions of heads, weighted: adds to rows of results.</summary>
    /// <param name="weights">[rows, inputs].</param>
    /// <param name="stride">From a row of weights to the next one.</param>
    /// <param name="panels">Of the numbers of heads.</param>
    /// <param name="first">The first position.</param>
    /// <param name="inputs">How many positions.</param>
    /// <param name="results">[rows, stride], added to.</param>
    /// <param name="rows">How many rows.</param>
    protected void Mix<T>(ReadOnlySpan<float> weights, int stride, HeadPanels panels, int first, int inputs, Span<float> results, int rows)
        where T : struct, ILanes<T>
    {
        if (rows > 0)
            MatrixKernel.Multiply<T>(in weights[0], stride, rows, panels.Numbers(first), inputs, in results[0], Stride, ref results[0], Stride);
    }

    /// <summary>Makes each query's scores its attention, which is 0 for keys that it does not see.</summary>
    /// <param name="scores">[tile, keys], changed.</param>
    /// <param name="tile">Which.</param>
    protected void Soften<T>(Span<float> scores, Tile tile)
        where T : struct, ILanes<T>
    {
        var width = PackedMatrix.RoundUp(tile.Keys);
        for (var i = 0; i < tile.Count; i++)
        {
            var row = scores.Slice(i * width, width);
            var (first, end) = Seen(tile, i);
            var seen = row[first..end];
            var sum = RowKernels.Exponentials<T>(seen, RowKernels.Largest<T>(seen));
            RowKernels.Multiply<T>(seen, 1 / sum);
            row[..first].Clear();
            row[end..].Clear();
        }
    }

    /// <summary>The keys that a query of a tile sees, counted from the tile's first.</summary>
    protected (int First, int End) Seen(Tile tile, int query)
    {
        var position = tile.Position + query;
        return (Math.Max(0, position - shape.Window + 1) - tile.FirstKey is > 0 and var first ? first : 0, position + 1 - tile.FirstKey);
    }
}
