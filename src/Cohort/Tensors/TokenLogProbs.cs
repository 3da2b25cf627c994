using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>
/// Log-probabilities of the tokens that follow. This file holds the code base's one shift: column t of a [B,T] tensor speaks of token t+1,
/// whose distribution stands in the hidden state of token t.
/// </summary>
public static class TokenLogProbs
{
    /// <summary>The hidden states that predict the tokens that count, without the others.</summary>
    /// <param name="hidden">[B, S, H].</param>
    /// <param name="responseMask">[B, T] bool, T = S - 1; true counts.</param>
    /// <returns>[N, H] for N counting tokens in row-major order, owned by the caller's scope; carries gradient.</returns>
    public static Tensor Predicting(Tensor hidden, Tensor responseMask)
    {
        using var scope = NewDisposeScope();
        var columns = hidden.narrow(1, 0, responseMask.shape[1]).flatten(0, 1);
        return columns.index_select(0, Counting(responseMask)).MoveToOuterDisposeScope();
    }

    /// <summary>The tokens that count.</summary>
    /// <param name="tokens">[B, S] int64.</param>
    /// <param name="responseMask">[B, T] bool, T = S - 1.</param>
    /// <returns>[N] int64 in row-major order, owned by the caller's scope.</returns>
    public static Tensor Targets(Tensor tokens, Tensor responseMask)
    {
        using var scope = NewDisposeScope();
        var next = tokens.narrow(1, 1, responseMask.shape[1]).flatten();
        return next.index_select(0, Counting(responseMask)).MoveToOuterDisposeScope();
    }

    /// <summary>Puts per-token numbers back where they belong, 0 elsewhere.</summary>
    /// <param name="values">[N], in row-major order of the tokens that count.</param>
    /// <param name="responseMask">[B, T] bool with N true entries.</param>
    /// <returns>[B, T], owned by the caller's scope; carries gradient.</returns>
    public static Tensor Spread(Tensor values, Tensor responseMask)
    {
        using var scope = NewDisposeScope();
        return zeros(responseMask.shape, values.dtype, values.device).masked_scatter(responseMask, values).MoveToOuterDisposeScope();
    }

    /// <summary>log softmax(logits / temperature), the distribution that sampling at that temperature draws from.</summary>
    /// <param name="logits">[N, V]; bfloat16 gives float32.</param>
    /// <param name="temperature">Positive; 1 leaves the logits as they are.</param>
    /// <returns>[N, V], nats, owned by the caller's scope; carries gradient.</returns>
    public static Tensor Distribution(Tensor logits, double temperature)
    {
        using var scope = NewDisposeScope();
        var precise = logits.dtype == ScalarType.BFloat16 ? logits.to_type(ScalarType.Float32) : logits;
        var tempered = temperature == 1 ? precise : precise / temperature;
        return nn.functional.log_softmax(tempered, dim: -1).MoveToOuterDisposeScope();
    }

    /// <summary>log pi(token) under a distribution.</summary>
    /// <param name="distribution">[N, V] from <see cref="Distribution"/>.</param>
    /// <param name="targets">[N] int64.</param>
    /// <returns>[N], nats, owned by the caller's scope; carries gradient.</returns>
    public static Tensor Of(Tensor distribution, Tensor targets)
    {
        using var scope = NewDisposeScope();
        return distribution.gather(1, targets.unsqueeze(1)).squeeze(1).MoveToOuterDisposeScope();
    }

    /// <summary>Σ_v p_v², the chance that two draws agree; with it, Σ (1 - 2 p + Σ p²) is the optimal token baseline's gradient norm.</summary>
    /// <param name="distribution">[N, V] from <see cref="Distribution"/>; may hold -inf.</param>
    /// <returns>[N], in (0, 1], owned by the caller's scope; carries gradient.</returns>
    public static Tensor SumOfSquares(Tensor distribution)
    {
        using var scope = NewDisposeScope();
        return (distribution * 2).exp().sum(-1).MoveToOuterDisposeScope();
    }

    private static Tensor Counting(Tensor responseMask) => responseMask.flatten().nonzero().squeeze(1);
}
