namespace Cohort.Tokenization;

/// <summary>The pairs of tokens that byte-pair encoding (arXiv:1508.07909) joins: a pair's rank, lowest first, and the token it becomes.</summary>
internal sealed class BytePairMerges
{
    private readonly Dictionary<long, (int Rank, int Id)> _pairs;

    /// <summary>No pairs yet.</summary>
    public BytePairMerges(int capacity) => _pairs = new(capacity);

    /// <summary>Sets a pair's rank; a pair that is named twice has its last rank.</summary>
    public void Add(int left, int right, int rank, int id) => _pairs[Key(left, right)] = (rank, id);

    /// <summary>
    /// Joins neighbours until no pair is left, always the pair of the lowest rank and of those the leftmost. A linked list of tokens and a heap of
    /// pairs: n log n in the number of tokens.
    /// </summary>
    /// <param name="tokens">The tokens of one word; on return its first elements are the joined ones.</param>
    /// <returns>How many tokens there are now.</returns>
    public int Join(Span<int> tokens)
    {
        if (_pairs.Count == 0 || tokens.Length < 2)
            return tokens.Length;
        var next = new int[tokens.Length];
        var previous = new int[tokens.Length];
        var heap = new PriorityQueue<(int Position, int Id), long>();
        for (var i = 0; i < tokens.Length; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1 < tokens.Length ? i + 1 : -1);
            if (i + 1 < tokens.Length)
                Offer(heap, tokens, i, i + 1);
        }

        while (heap.TryDequeue(out var join, out _))
        {
            // A pair may have gone since it was offered: one of its tokens was joined with another.
            var right = tokens[join.Position] < 0 ? -1 : next[join.Position];
            if (right < 0 || !_pairs.TryGetValue(Key(tokens[join.Position], tokens[right]), out var merge) || merge.Id != join.Id)
                continue;
            (tokens[join.Position], tokens[right]) = (join.Id, -1);
            next[join.Position] = next[right];
            if (next[right] >= 0)
            {
                previous[next[right]] = join.Position;
                Offer(heap, tokens, join.Position, next[right]);
            }

            if (previous[join.Position] >= 0)
                Offer(heap, tokens, previous[join.Position], join.Position);
        }

        var count = 0;
        for (var i = 0; i >= 0; i = next[i])
            tokens[count++] = tokens[i];
        return count;
    }

    private void Offer(PriorityQueue<(int Position, int Id), long> heap, ReadOnlySpan<int> tokens, int left, int right)
    {
        if (_pairs.TryGetValue(Key(tokens[left], tokens[right]), out var merge))
            heap.Enqueue((left, merge.Id), (long)merge.Rank << 32 | (uint)left);
    }

    private static long Key(int left, int right) => (long)left << 32 | (uint)right;
}
