using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>Which keys and values a query sees, and at which positions the tokens of this call stand.</summary>
public abstract class AttentionPattern
{
    private protected AttentionPattern()
    {
    }

    /// <summary>Where the tokens of this call stand, for families that learn a table of positions.</summary>
    /// <returns>int64, [t] or [B, t], owned by the caller's scope.</returns>
    internal abstract Tensor Positions();

    /// <summary>Cosines and sines of the tokens' positions in one layer.</summary>
    /// <param name="layer">Which layer, from 0; it has rotary positions.</param>
    /// <returns>Two tensors that broadcast to [B, heads, t, d].</returns>
    internal abstract (Tensor Cos, Tensor Sin) Turn(int layer);

    /// <summary>Attention of one layer with what belongs to it: turns, where the layer has them, and the scale of the queries.</summary>
    /// <param name="config">The shape.</param>
    /// <param name="layer">Which layer, from 0.</param>
    /// <param name="query">[B, heads, t, d].</param>
    /// <param name="key">[B, kv heads, t, d].</param>
    /// <param name="value">[B, kv heads, t, d].</param>
    /// <returns>[B, t, heads d], owned by the caller's scope.</returns>
    internal virtual Tensor Mix(ModelConfig config, int layer, Tensor query, Tensor key, Tensor value)
    {
        using var scope = NewDisposeScope();
        if (config.TurnOf(layer) != LayerTurn.None)
        {
            var (cos, sin) = Turn(layer);
            query = Rotary.Apply(query, cos, sin);
            key = Rotary.Apply(key, cos, sin);
        }

        // Attend divides by sqrt(d).
        if (config.QueryScale != 1)
        {
            query = query * config.QueryScale;
        }

        return Attend(layer, query, key, value).transpose(1, 2).flatten(2).MoveToOuterDisposeScope();
    }

    /// <summary>Attention of one layer: softmax(q k' / sqrt(d)) v.</summary>
    /// <param name="layer">Which layer, from 0.</param>
    /// <param name="query">[B, heads, t, d], already turned.</param>
    /// <param name="key">[B, kv heads, t, d], already turned.</param>
    /// <param name="value">[B, kv heads, t, d].</param>
    /// <returns>[B, heads, t, d], owned by the caller's scope.</returns>
    internal abstract Tensor Attend(int layer, Tensor query, Tensor key, Tensor value);
}

/// <summary>
/// Whole sequences from position 0, right-padded: training and scoring. Every token sees itself and what stands before it, in some layers
/// as far as a window reaches. Padding on the right needs no mask: nothing real looks at it. The pattern holds no tensors, so it may be used
/// again when a layer is computed a second time.
/// </summary>
/// <param name="trunk">Whose tables of positions serve.</param>
/// <param name="length">Width of the batch.</param>
/// <param name="device">Where the tokens lie.</param>
internal class WholeSequences(Transformer trunk, int length, Device device) : AttentionPattern
{
    internal override Tensor Positions() => arange(length, ScalarType.Int64, device: device);

    internal override (Tensor Cos, Tensor Sin) Turn(int layer) => trunk.RotaryOf(trunk.Config.TurnOf(layer)).Upto(length, device);

    internal override Tensor Attend(int layer, Tensor query, Tensor key, Tensor value)
    {
        using var scope = NewDisposeScope();
        var repeats = query.shape[1] / key.shape[1];
        if (repeats > 1)
        {
            key = key.repeat_interleave(repeats, dim: 1);
            value = value.repeat_interleave(repeats, dim: 1);
        }

        var slides = trunk.Config.SlidingLayers.Contains(layer) && trunk.Config.SlidingWindow < length;
        var mixed = slides
            ? nn.functional.scaled_dot_product_attention(query, key, value, trunk.Window.Of(length, device))
            : nn.functional.scaled_dot_product_attention(query, key, value, is_casual: true);
        return mixed.MoveToOuterDisposeScope();
    }
}
