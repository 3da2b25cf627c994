using Cohort.Losses;
using Cohort.Models;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// Numbers of next-token distributions on the responses of a micro-batch: the same distributions that sampling at the temperature draws from.
/// </summary>
internal static class PolicyForward
{
    /// <summary>Numbers of the tokens that count.</summary>
    /// <param name="models">One model, or two that are compared.</param>
    /// <param name="tokens">[b, s] int64.</param>
    /// <param name="mask">[b, t] bool with N true entries.</param>
    /// <param name="temperature">Of sampling.</param>
    /// <param name="measure">
    /// From the models' distributions before n of the response tokens, and these tokens [n] to numbers [n]; see
    /// <see cref="TokenLogProbs.Measure"/>.
    /// </param>
    /// <param name="whole">Whether it asks for whole distributions.</param>
    /// <returns>[N] each, in row-major order, owned by the caller's scope; carry the models' gradients.</returns>
    public static Tensor[] Measure(
        IReadOnlyList<LanguageModel> models, Tensor tokens, Tensor mask, double temperature, Func<TokenDistribution[], Tensor, Tensor[]> measure,
        bool whole = false)
    {
        using var scope = NewDisposeScope();
        var heads = models.Select(model => (model.Head, model.Trunk.HiddenAt(tokens, mask))).ToArray();
        var measured = TokenLogProbs.Measure(heads, TokenLogProbs.Targets(tokens, mask), temperature, measure, whole);
        return [.. measured.Select(numbers => numbers.MoveToOuterDisposeScope())];
    }

    /// <summary>As <see cref="Measure"/>, each number where its token is.</summary>
    /// <inheritdoc cref="Measure"/>
    /// <returns>[b, t] each, 0 outside the mask, owned by the caller's scope; carry the models' gradients.</returns>
    public static Tensor[] PerToken(
        IReadOnlyList<LanguageModel> models, Tensor tokens, Tensor mask, double temperature, Func<TokenDistribution[], Tensor, Tensor[]> measure,
        bool whole = false)
    {
        using var scope = NewDisposeScope();
        return [.. Measure(models, tokens, mask, temperature, measure, whole).Select(numbers => TokenLogProbs.Spread(numbers, mask).MoveToOuterDisposeScope())];
    }

    /// <summary>Per-token log-probabilities of a whole batch, without gradient.</summary>
    /// <param name="model">Policy or reference.</param>
    /// <param name="batch">Tokens and mask.</param>
    /// <param name="temperature">Of sampling.</param>
    /// <param name="microBatchRows">Rows per forward pass.</param>
    /// <returns>[B, T] float32 nats, 0 outside the mask, owned by the caller's scope.</returns>
    public static Tensor LogProbs(LanguageModel model, PackedRows batch, double temperature, int microBatchRows) =>
        batch.PerToken(microBatchRows, (tokens, mask) =>
            PerToken([model], tokens, mask, temperature, (distributions, targets) => [TokenLogProbs.Of(distributions[0], targets)])[0]);

    /// <summary>KL(policy || reference) over the whole vocabulary, per token of a batch, without gradient.</summary>
    /// <inheritdoc cref="LogProbs" path="/param"/>
    /// <param name="policy">The policy.</param>
    /// <param name="reference">The reference.</param>
    /// <returns>[B, T] float32 nats, 0 outside the mask, owned by the caller's scope.</returns>
    public static Tensor ExactKl(
        LanguageModel policy, LanguageModel reference, PackedRows batch, double temperature, int microBatchRows) =>
        batch.PerToken(microBatchRows, (tokens, mask) => PerToken(
            [policy, reference], tokens, mask, temperature, (distributions, _) => [KlEstimators.Exact(distributions[0].LogProbs(), distributions[1].LogProbs())],
            whole: true)[0]);
}
