using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>
/// Keys and values of prompts and of the tokens sampled after them. Prompts are read once each, right-padded to P_max; then every row is
/// repeated for its group, and each decoding step takes one slot for all rows: row i's t-th new token lies in slot P_max + t and stands at
/// position length_i + t. A mask hides the padding slots between a short prompt and its completion, and in layers with a window what stands
/// too far back; the window counts positions, not slots.
/// </summary>
public sealed class KvCache : IDisposable
{
    private readonly Transformer _trunk;
    private readonly long _promptSlots;
    private readonly int _longestPrompt;
    private readonly bool _padded;
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private Tensor _lengths;
    private Tensor _visible;
    private long _used;

    private KvCache(Transformer trunk, Tensor tokens, Tensor lengths)
    {
        _trunk = trunk;
        _promptSlots = tokens.shape[1];
        _keys = new Tensor[trunk.Config.Layers];
        _values = new Tensor[trunk.Config.Layers];
        _lengths = lengths.clone().DetachFromDisposeScope();
        using var scope = NewDisposeScope();
        var slots = arange(_promptSlots, dtype: ScalarType.Int64, device: tokens.device);
        _visible = (slots.unsqueeze(0) < lengths.unsqueeze(1)).DetachFromDisposeScope();
        _padded = !_visible.all().item<bool>();
        _longestPrompt = (int)lengths.max().item<long>();
    }

    /// <summary>Reads prompts.</summary>
    /// <param name="trunk">The network.</param>
    /// <param name="tokens">[P, P_max] int64, right-padded.</param>
    /// <param name="lengths">[P] int64, real tokens of each prompt, at least 1.</param>
    /// <returns>
    /// The cache, owned by the caller, and [P, H], the hidden state of each prompt's last token, owned by the caller's scope.
    /// </returns>
    public static (KvCache Cache, Tensor LastHidden) Read(Transformer trunk, Tensor tokens, Tensor lengths)
    {
        using var scope = NewDisposeScope();
        var cache = new KvCache(trunk, tokens, lengths);
        var hidden = trunk.forward(tokens, new Reading(cache, tokens.device));
        var last = (lengths - 1).view(-1, 1, 1).expand(-1, 1, hidden.shape[2]);
        return (cache, hidden.gather(1, last).squeeze(1).MoveToOuterDisposeScope());
    }

    /// <summary>Repeats every prompt's row for its group, and makes room for new tokens.</summary>
    /// <param name="samples">G, rows per prompt; a prompt's rows become adjacent.</param>
    /// <param name="newTokens">Slots to add.</param>
    public void Repeat(int samples, int newTokens)
    {
        using var scope = NewDisposeScope();
        for (var layer = 0; layer < _keys.Length; layer++)
        {
            Replace(ref _keys[layer], Grown(_keys[layer]));
            Replace(ref _values[layer], Grown(_values[layer]));
        }

        Replace(ref _lengths, _lengths.repeat_interleave(samples));
        var visible = _visible.repeat_interleave(samples, dim: 0);
        Replace(ref _visible, cat([visible, ones(visible.shape[0], newTokens, ScalarType.Bool, device: visible.device)], dim: 1));
        _used = _promptSlots;

        Tensor Grown(Tensor stored)
        {
            var shape = stored.shape;
            var room = empty([shape[0] * samples, shape[1], _promptSlots + newTokens, shape[3]], stored.dtype, stored.device);
            room.narrow(2, 0, _promptSlots).copy_(stored.repeat_interleave(samples, dim: 0));
            return room;
        }
    }

    /// <summary>Reads one new token of every row.</summary>
    /// <param name="tokens">[rows] int64.</param>
    /// <returns>[rows, H], owned by the caller's scope.</returns>
    public Tensor Append(Tensor tokens)
    {
        using var scope = NewDisposeScope();
        var hidden = _trunk.forward(tokens.unsqueeze(1), new Step(this)).squeeze(1);
        _used++;
        return hidden.MoveToOuterDisposeScope();
    }

    /// <summary>Keeps only some rows, so that finished ones cost nothing.</summary>
    /// <param name="rows">[n] int64, in the order to keep.</param>
    public void Keep(Tensor rows)
    {
        using var scope = NewDisposeScope();
        for (var layer = 0; layer < _keys.Length; layer++)
        {
            Replace(ref _keys[layer], _keys[layer].index_select(0, rows));
            Replace(ref _values[layer], _values[layer].index_select(0, rows));
        }

        Replace(ref _lengths, _lengths.index_select(0, rows));
        Replace(ref _visible, _visible.index_select(0, rows));
    }

    /// <summary>Frees the stored keys and values.</summary>
    public void Dispose()
    {
        foreach (var stored in _keys.Concat(_values))
        {
            stored?.Dispose();
        }

        _lengths.Dispose();
        _visible.Dispose();
    }

    private static void Replace(ref Tensor field, Tensor value)
    {
        field.Dispose();
        field = value.DetachFromDisposeScope();
    }

    // Whole prompts, whose keys and values are kept.
    private sealed class Reading(KvCache cache, Device device) : WholeSequences(cache._trunk, (int)cache._promptSlots, device)
    {
        internal override Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
        {
            cache._keys[layer] = key.contiguous().DetachFromDisposeScope();
            cache._values[layer] = value.contiguous().DetachFromDisposeScope();
            return base.Attend(layer, query, key, value);
        }
    }

    // One new token of every row. Its tensors belong to the scope that it is made in.
    private sealed class Step : AttentionPattern
    {
        private readonly KvCache _cache;
        private readonly Tensor _positions;
        private readonly Dictionary<LayerTurn, (Tensor Cos, Tensor Sin)> _turns = [];
        private readonly Tensor? _seen;
        private readonly Tensor? _seenInWindow;

        public Step(KvCache cache)
        {
            _cache = cache;
            var config = cache._trunk.Config;
            var newTokens = cache._used - cache._promptSlots;
            var length = (int)(cache._longestPrompt + newTokens + 1);
            _positions = cache._lengths + newTokens;
            foreach (var turn in config.Turns)
            {
                var (cos, sin) = cache._trunk.RotaryOf(turn).AtEnd(_positions, length);
                _turns[turn] = (cos.unsqueeze(1).unsqueeze(1), sin.unsqueeze(1).unsqueeze(1));
            }

            var visible = cache._visible.narrow(1, 0, cache._used + 1);
            _seen = cache._padded ? Broadcast(visible) : null;
            _seenInWindow = config.SlidingLayers.Count > 0 && config.SlidingWindow < length
                ? Broadcast(visible.logical_and(SlotPositions() > (_positions - config.SlidingWindow).unsqueeze(1)))
                : _seen;
        }

        internal override Tensor Positions() => _positions.unsqueeze(1);

        internal override (Tensor Cos, Tensor Sin) Turn(int layer) => _turns[_cache._trunk.Config.TurnOf(layer)];

        internal override Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
        {
            using var scope = NewDisposeScope();
            var (keys, values, used) = (_cache._keys[layer], _cache._values[layer], _cache._used);
            keys.narrow(2, used, 1).copy_(key);
            values.narrow(2, used, 1).copy_(value);

            // One query per row: the query heads of a group stand where a sequence of queries would, so no key is repeated.
            var (rows, heads, size) = (query.shape[0], query.shape[1], query.shape[3]);
            var grouped = query.reshape(rows, key.shape[1], heads / key.shape[1], size);
            var seen = _cache._trunk.Config.SlidingLayers.Contains(layer) ? _seenInWindow : _seen;
            var mixed = nn.functional.scaled_dot_product_attention(
                grouped, keys.narrow(2, 0, used + 1), values.narrow(2, 0, used + 1), seen);
            return mixed.reshape(rows, heads, 1, size).MoveToOuterDisposeScope();
        }

        // [rows, slots]: prompt slot j stands at position j, new slot P_max + t at length + t.
        private Tensor SlotPositions()
        {
            var slots = arange(_cache._used + 1, ScalarType.Int64, device: _positions.device).unsqueeze(0);
            return where(slots < _cache._promptSlots, slots, slots + (_cache._lengths - _cache._promptSlots).unsqueeze(1));
        }

        // [rows, slots] -> [rows, 1, 1, slots]
        private static Tensor Broadcast(Tensor seen) => seen.unsqueeze(1).unsqueeze(1);
    }
}
