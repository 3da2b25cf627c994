using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// Next-token distributions of a model on the responses of a micro-batch: the same numbers that sampling at the temperature draws from.
/// </summary>
internal static class PolicyForward
{
    /// <summary>log pi(. | prompt, response so far) before each response token.</summary>
    /// <param name="model">Policy or reference.</param>
    /// <param name="tokens">[b, s] int64.</param>
    /// <param name="mask">[b, t] bool with N true entries.</param>
    /// <param name="temperature">Of sampling.</param>
    /// <returns>[N, V] nats, owned by the caller's scope; carries the model's gradient.</returns>
    public static Tensor Distribution(LanguageModel model, Tensor tokens, Tensor mask, double temperature)
    {
        using var scope = NewDisposeScope();
        var predicting = TokenLogProbs.Predicting(model.Trunk.Hidden(tokens), mask);
        return TokenLogProbs.Distribution(model.Logits(predicting), temperature).MoveToOuterDisposeScope();
    }

    /// <summary>Per-token log-probabilities of a whole batch, without gradient.</summary>
    /// <param name="model">Policy or reference.</param>
    /// <param name="batch">Tokens and mask.</param>
    /// <param name="temperature">Of sampling.</param>
    /// <param name="microBatchRows">Rows per forward pass.</param>
    /// <returns>[B, T] float32 nats, 0 outside the mask, owned by the caller's scope.</returns>
    public static Tensor LogProbs(LanguageModel model, PackedRows batch, double temperature, int microBatchRows) =>
        batch.PerToken(microBatchRows, (tokens, mask) =>
        {
            var distribution = Distribution(model, tokens, mask, temperature);
            return TokenLogProbs.Spread(TokenLogProbs.Of(distribution, TokenLogProbs.Targets(tokens, mask)), mask);
        });

    /// <summary>KL(policy || reference) over the whole vocabulary, per token of a batch, without gradient.</summary>
    /// <inheritdoc cref="LogProbs" path="/param"/>
    /// <param name="policy">The policy.</param>
    /// <param name="reference">The reference.</param>
    /// <returns>[B, T] float32 nats, 0 outside the mask, owned by the caller's scope.</returns>
    public static Tensor ExactKl(
        LanguageModel policy, LanguageModel reference, PackedRows batch, double temperature, int microBatchRows) =>
        batch.PerToken(microBatchRows, (tokens, mask) =>
        {
            var current = Distribution(policy, tokens, mask, temperature);
            return TokenLogProbs.Spread(Losses.KlEstimators.Exact(current, Distribution(reference, tokens, mask, temperature)), mask);
        });
}

/// <summary>Tokens and mask of all rows, taken in portions in their own order.</summary>
/// <param name="Tokens">[B, S] int64.</param>
/// <param name="Mask">[B, T] bool.</param>
internal readonly record struct PackedRows(Tensor Tokens, Tensor Mask)
{
    /// <summary>One number per token of every row, without gradient, computed in portions of adjacent rows.</summary>
    /// <param name="size">Rows per portion at most.</param>
    /// <param name="compute">From a portion's tokens [b, S] and mask [b, T] to [b, T] float32, 0 outside the mask.</param>
    /// <returns>[B, T] float32, owned by the caller's scope.</returns>
    public Tensor PerToken(int size, Func<Tensor, Tensor, Tensor> compute)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var all = zeros(Mask.shape, ScalarType.Float32, Mask.device);
        for (long first = 0; first < Tokens.shape[0]; first += size)
        {
            using var portion = NewDisposeScope();
            var rows = Math.Min(size, Tokens.shape[0] - first);
            all.narrow(0, first, rows).copy_(compute(Tokens.narrow(0, first, rows), Mask.narrow(0, first, rows)));
        }

        return all.MoveToOuterDisposeScope();
    }
}
