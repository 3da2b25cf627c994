using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>
/// Keys and values of prompts and of the tokens sampled after them. Prompts are read once each, right-padded to P_max; then every row is
/// repeated for its group, and each decoding step takes one slot for all rows: row i's t-th new token lies in slot P_max + t and stands at
/// position length_i + t. A mask hides the padding slots between a short prompt and its completion.
/// </summary>
public sealed class KvCache : AttentionPattern, IDisposable
{
    private readonly Transformer _trunk;
    private readonly long _promptSlots;
    private readonly Tensor[] _keys;
    private readonly Tensor[] _values;
    private readonly bool _padded;
    private Tensor _lengths;
    private Tensor _visible;
    private Tensor _cos;
    private Tensor _sin;
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
        (_cos, _sin) = trunk.RotaryAt(slots);
        _cos.DetachFromDisposeScope();
        _sin.DetachFromDisposeScope();
    }

    internal override Tensor Cos => _cos;

    internal override Tensor Sin => _sin;

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
        var hidden = trunk.forward(tokens, cache);
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
        var (cos, sin) = _trunk.RotaryAt(_lengths + (_used - _promptSlots));
        Replace(ref _cos, cos.unsqueeze(1).unsqueeze(1));
        Replace(ref _sin, sin.unsqueeze(1).unsqueeze(1));
        var hidden = _trunk.forward(tokens.unsqueeze(1), this).squeeze(1);
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
        _cos.Dispose();
        _sin.Dispose();
    }

    internal override Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        if (_used == 0)
        {
            _keys[layer] = key.contiguous().DetachFromDisposeScope();
            _values[layer] = value.contiguous().DetachFromDisposeScope();
            return Causal(query, key, value);
        }

        using var scope = NewDisposeScope();
        _keys[layer].narrow(2, _used, 1).copy_(key);
        _values[layer].narrow(2, _used, 1).copy_(value);

        // One query per row: the query heads of a group stand where a sequence of queries would, so no key is repeated.
        var (rows, heads, size) = (query.shape[0], query.shape[1], query.shape[3]);
        var grouped = query.reshape(rows, key.shape[1], heads / key.shape[1], size);
        var mask = _padded ? _visible.narrow(1, 0, _used + 1).unsqueeze(1).unsqueeze(1) : null;
        var mixed = nn.functional.scaled_dot_product_attention(
            grouped, _keys[layer].narrow(2, 0, _used + 1), _values[layer].narrow(2, 0, _used + 1), mask);
        return mixed.reshape(rows, heads, 1, size).MoveToOuterDisposeScope();
    }

    private static void Replace(ref Tensor field, Tensor value)
    {
        field.Dispose();
        field = value.DetachFromDisposeScope();
    }
}
