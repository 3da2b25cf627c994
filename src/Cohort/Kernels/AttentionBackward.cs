namespace Cohort.Kernels;

/// <summary>
/// Gradients of <see cref="AttentionForward"/>, which computes the attention P anew. With the output's gradient O': V' = P' O', P' = O' V', the scores'
/// gradient S' = P (P' - Σ P P'), Q' = scale S' K and K' = scale S'' Q, where products over positions run over all queries that see a key.
/// </summary>
/// <param name="shape">What it is made of.</param>
/// <param name="forward">Query, key and value, as the forward pass read them.</param>
/// <param name="incoming">[tokens, heads, d], the output's gradient.</param>
/// <param name="gradients">Of query, key and value, written.</param>
internal sealed class AttentionBackward(AttentionShape shape, AttentionInputs forward, Floats incoming, AttentionInputs gradients) : AttentionKernel(shape)
{
    [ThreadStatic]
    private static Room? _room;

    /// <inheritdoc/>
    protected override void Compute<T>(PackedGroup group, int head)
    {
        var room = _room ??= new();
        var (size, shared) = (Shape.HeadSize, Shape.Heads / Shape.KeyValueHeads);
        foreach (var panels in new[] { room.KeysAsOutputs, room.KeysAsInputs, room.Values })
            panels.Begin<T>(group.Longest, size);

        foreach (var panels in new[] { room.Queries, room.Incoming })
            panels.Begin<T>(TileRows, size);

        var ofKeys = room.OfKeys.Of(group.Tokens * Stride);
        var ofValues = room.OfValues.Of(group.Tokens * Stride);
        ofKeys.Clear();
        ofValues.Clear();
        foreach (var part in group.Parts())
        {
            TakeKeys<T>(room, part, head);
            foreach (var tile in Tiles(part))
            {
                for (var own = head * shared; own < (head + 1) * shared; own++)
                    Attend<T>(room, group, part, tile, own);
            }
        }

        foreach (var part in group.Parts())
        {
            for (var i = 0; i < part.Length; i++)
            {
                var (token, at) = (part.First + i, (part.First + i - group.First) * Stride);
                ofValues.Slice(at, size).CopyTo(Head(gradients.Value, token, head, Shape.KeyValueHeads));
                var ofKey = ofKeys.Slice(at, size);
                Turn<T>(ofKey, part.Position + i, back: true);
                ofKey.CopyTo(Head(gradients.Key, token, head, Shape.KeyValueHeads));
            }
        }
    }

    private void TakeKeys<T>(Room room, PackedPart part, int head)
        where T : struct, ILanes<T>
    {
        var turned = room.Turned.Of(Shape.HeadSize);
        for (var i = 0; i < part.Length; i++)
        {
            var position = part.Position + i;
            Head(forward.Key, part.First + i, head, Shape.KeyValueHeads).CopyTo(turned);
            Turn<T>(turned, position, back: false);
            room.KeysAsOutputs.WriteOutput(position, turned);
            room.KeysAsInputs.WriteInput(position, turned);
            room.Values.WriteOutput(position, Head(forward.Value, part.First + i, head, Shape.KeyValueHeads));
        }
    }

    private void Attend<T>(Room room, PackedGroup group, PackedPart part, Tile tile, int head)
        where T : struct, ILanes<T>
    {
        var width = PackedMatrix.RoundUp(tile.Keys);
        var queries = room.QueryRows.Of(TileRows * Stride);
        var mixed = room.Mixed.Of(TileRows * Stride);
        var attention = room.Attention.Of(TileRows * width);
        var scores = room.Scores.Of(TileRows * width);
        TakeQueries<T>(forward.Query, tile, head, queries);
        Products<T>(queries, Stride, room.KeysAsOutputs, tile, attention);
        Soften<T>(attention, tile);
        for (var i = 0; i < tile.Count; i++)
        {
            room.Queries.WriteInput(i, queries.Slice(i * Stride, Shape.HeadSize));
            room.Incoming.WriteInput(i, Head(incoming, tile.Token + i, head, Shape.Heads));
        }

        var rows = Shape.Heads * Shape.HeadSize;
        var ofTile = incoming.Slice(((long)tile.Token * rows) + (head * Shape.HeadSize), ((tile.Count - 1) * rows) + Shape.HeadSize);
        Products<T>(ofTile, rows, room.Values, tile, scores);
        for (var i = 0; i < tile.Count; i++)
            OfScores<T>(attention.Slice(i * width, width), scores.Slice(i * width, width), Seen(tile, i));

        mixed.Clear();
        Mix<T>(scores, width, room.KeysAsInputs, tile.FirstKey, tile.Keys, mixed, tile.Count);
        for (var i = 0; i < tile.Count; i++)
        {
            var ofQuery = mixed.Slice(i * Stride, Shape.HeadSize);
            RowKernels.Multiply<T>(ofQuery, Shape.Scale);
            Turn<T>(ofQuery, tile.Position + i, back: true);
            ofQuery.CopyTo(Head(gradients.Query, tile.Token + i, head, Shape.Heads));
        }

        var across = room.Across.Of(TileRows * width);
        AddToKeys<T>(attention, room.Incoming, room.OfValues, across, group, part, tile);
        AddToKeys<T>(scores, room.Queries, room.OfKeys, across, group, part, tile);
    }

    // Of a query: from its attention and the attention's gradient, which becomes the scores'.
    private static void OfScores<T>(ReadOnlySpan<float> attention, Span<float> scores, (int First, int End) seen)
        where T : struct, ILanes<T>
    {
        var mean = RowKernels.Dot<T>(attention[seen.First..seen.End], scores[seen.First..seen.End]);
        scores[..seen.First].Clear();
        scores[seen.End..].Clear();
        var i = seen.First;
        for (; i <= seen.End - T.Width; i += T.Width)
            (T.Load(in attention[i]) * (T.Load(ref scores[i]) - T.All(mean))).Store(ref scores[i]);

        for (; i < seen.End; i++)
            scores[i] = attention[i] * (scores[i] - mean);
    }

    // Adds to every key of the tile what its queries weigh it with. Keys of the prompt and of the completion lie apart.
    private void AddToKeys<T>(
        ReadOnlySpan<float> weights, HeadPanels panels, Scratch sums, Span<float> across, PackedGroup group, PackedPart part, Tile tile)
        where T : struct, ILanes<T>
    {
        var width = PackedMatrix.RoundUp(tile.Keys);
        for (var query = 0; query < tile.Count; query++)
        {
            var row = weights.Slice(query * width, tile.Keys);
            for (var key = 0; key < row.Length; key++)
                across[(key * TileRows) + query] = row[key];
        }

        var all = sums.Of(group.Tokens * Stride);
        var ofPrompt = Math.Clamp(part.Position - tile.FirstKey, 0, tile.Keys);
        if (ofPrompt > 0)
            Mix<T>(across, TileRows, panels, 0, tile.Count, all[(tile.FirstKey * Stride)..], ofPrompt);

        var own = part.First - group.First + tile.FirstKey + ofPrompt - part.Position;
        Mix<T>(across[(ofPrompt * TileRows)..], TileRows, panels, 0, tile.Count, all[(own * Stride)..], tile.Keys - ofPrompt);
    }

    private sealed class Room
    {
        public HeadPanels KeysAsOutputs { get; } = new();

        public HeadPanels KeysAsInputs { get; } = new();

        public HeadPanels Values { get; } = new();

        public HeadPanels Queries { get; } = new();

        public HeadPanels Incoming { get; } = new();

        public Scratch Turned { get; } = new();

        public Scratch QueryRows { get; } = new();

        public Scratch Mixed { get; } = new();

        public Scratch Attention { get; } = new();

        public Scratch Scores { get; } = new();

        public Scratch Across { get; } = new();

        public Scratch OfKeys { get; } = new();

        public Scratch OfValues { get; } = new();
    }
}
