namespace Cohort.Kernels;

/// <inheritdoc cref="AttentionKernel"/>
/// <param name="shape">What it is made of.</param>
/// <param name="inputs">Query, key and value.</param>
/// <param name="output">[tokens, heads, d], written.</param>
internal sealed class AttentionForward(AttentionShape shape, AttentionInputs inputs, Floats output) : AttentionKernel(shape)
{
    [ThreadStatic]
    private static Room? _room;

    /// <inheritdoc/>
    protected override void Compute<T>(PackedGroup group, int head)
    {
        var room = _room ??= new();
        room.Keys.Begin<T>(group.Longest, Shape.HeadSize);
        room.Values.Begin<T>(group.Longest, Shape.HeadSize);
        var shared = Shape.Heads / Shape.KeyValueHeads;
        var turned = room.Turned.Of(Shape.HeadSize);
        foreach (var part in group.Parts())
        {
            for (var i = 0; i < part.Length; i++)
            {
                Head(inputs.Key, part.First + i, head, Shape.KeyValueHeads).CopyTo(turned);
                Turn<T>(turned, part.Position + i, back: false);
                room.Keys.WriteOutput(part.Position + i, turned);
                room.Values.WriteInput(part.Position + i, Head(inputs.Value, part.First + i, head, Shape.KeyValueHeads));
            }

            foreach (var tile in Tiles(part))
            {
                for (var own = head * shared; own < (head + 1) * shared; own++)
                    Attend<T>(room, tile, own);
            }
        }
    }

    private void Attend<T>(Room room, Tile tile, int head)
        where T : struct, ILanes<T>
    {
        var width = PackedMatrix.RoundUp(tile.Keys);
        var queries = room.Queries.Of(TileRows * Stride);
        var mixed = room.Mixed.Of(TileRows * Stride);
        var scores = room.Scores.Of(TileRows * width);
        TakeQueries<T>(inputs.Query, tile, head, queries);
        Products<T>(queries, Stride, room.Keys, tile, scores);
        Soften<T>(scores, tile);
        mixed.Clear();
        Mix<T>(scores, width, room.Values, tile.FirstKey, tile.Keys, mixed, tile.Count);
        for (var i = 0; i < tile.Count; i++)
            mixed.Slice(i * Stride, Shape.HeadSize).CopyTo(Head(output, tile.Token + i, head, Shape.Heads));
    }

    private sealed class Room
    {
        public HeadPanels Keys { get; } = new();

        public HeadPanels Values { get; } = new();

        public Scratch Turned { get; } = new();

        public Scratch Queries { get; } = new();

        public Scratch Mixed { get; } = new();

        public Scratch Scores { get; } = new();
    }
}
