using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>Which keys and values a query sees, and at which positions the tokens of this call stand.</summary>
public abstract class AttentionPattern
{
    private protected AttentionPattern()
    {
    }

    /// <summary>Cosines of the tokens' positions, to broadcast to [B, heads, t, d].</summary>
    internal abstract Tensor Cos { get; }

    /// <summary>Sines of the tokens' positions.</summary>
    internal abstract Tensor Sin { get; }

    /// <summary>Attention of one layer: softmax(q k' / sqrt(d)) v.</summary>
    /// <param name="layer">Which layer, from 0.</param>
    /// <param name="query">[B, heads, t, d], already turned.</param>
    /// <param name="key">[B, kv heads, t, d], already turned.</param>
    /// <param name="value">[B, kv heads, t, d].</param>
    /// <returns>[B, heads, t, d], owned by the caller's scope.</returns>
    internal abstract Tensor Attend(int layer, Tensor query, Tensor key, Tensor value);

    /// <summary>Every token sees itself and what stands before it. Padding on the right needs no mask: nothing real looks at it.</summary>
    private protected static Tensor Causal(Tensor query, Tensor key, Tensor value)
    {
        using var scope = NewDisposeScope();
        var repeats = query.shape[1] / key.shape[1];
        if (repeats > 1)
        {
            key = key.repeat_interleave(repeats, dim: 1);
            value = value.repeat_interleave(repeats, dim: 1);
        }

        return nn.functional.scaled_dot_product_attention(query, key, value, is_casual: true).MoveToOuterDisposeScope();
    }
}

/// <summary>Whole sequences from position 0, right-padded: training and scoring.</summary>
internal sealed class WholeSequences(Tensor cos, Tensor sin) : AttentionPattern
{
    internal override Tensor Cos { get; } = cos;

    internal override Tensor Sin { get; } = sin;

    internal override Tensor Attend(int layer, Tensor query, Tensor key, Tensor value) => Causal(query, key, value);
}
