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
        var heap = new LongHeap(tokens.Length);
        for (var i = 0; i < tokens.Length; i++)
        {
            (previous[i], next[i]) = (i - 1, i + 1 < tokens.Length ? i + 1 : -1);
            if (next[i] >= 0)
                Offer(heap, tokens, i, next[i]);
        }

        while (heap.TryPop(out var offer))
        {
            // A pair may have gone since it was offered: one of its tokens was joined with another.
            var (left, rank) = ((int)(offer & int.MaxValue), (int)(offer >> 32));
            var right = tokens[left] < 0 ? -1 : next[left];
            if (right < 0 || !_pairs.TryGetValue(Key(tokens[left], tokens[right]), out var merge) || merge.Rank != rank)
                continue;
            (tokens[left], tokens[right]) = (merge.Id, -1);
            next[left] = next[right];
            if (next[right] >= 0)
            {
                previous[next[right]] = left;
                Offer(heap, tokens, left, next[right]);
            }

            if (previous[left] >= 0)
                Offer(heap, tokens, previous[left], left);
        }

        var count = 0;
        for (var i = 0; i >= 0; i = next[i])
            tokens[count++] = tokens[i];
        return count;
    }

    // Ordered by rank, then by place.
    private void Offer(LongHeap heap, ReadOnlySpan<int> tokens, int left, int right)
    {
        if (_pairs.TryGetValue(Key(tokens[left], tokens[right]), out var merge))
            heap.Push((long)merge.Rank << 32 | (uint)left);
    }

    private static long Key(int left, int right) => (long)left << 32 | (uint)right;

    /// <summary>A binary heap of numbers, smallest first: three times as fast here as PriorityQueue, which compares through an interface.</summary>
    private sealed class LongHeap(int capacity)
    {
        private long[] _items = new long[capacity];
        private int _count;

        public void Push(long item)
        {
            if (_count == _items.Length)
                Array.Resize(ref _items, 2 * _count);
            var at = _count++;
            for (int parent; at > 0 && _items[parent = (at - 1) / 2] > item; at = parent)
                _items[at] = _items[parent];
            _items[at] = item;
        }

        public bool TryPop(out long item)
        {
            item = _count > 0 ? _items[0] : 0;
            if (_count == 0)
                return false;
            var last = _items[--_count];
            var at = 0;
            for (var child = 1; child < _count; child = 2 * at + 1)
            {
                if (child + 1 < _count && _items[child + 1] < _items[child])
                    child++;
                if (_items[child] >= last)
                    break;
                (_items[at], at) = (_items[child], child);
            }

            _items[at] = last;
            return true;
        }
    }
}
