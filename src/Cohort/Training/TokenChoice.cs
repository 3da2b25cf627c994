using Cohort.Losses;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// Tokens that a loss chooses by looking at the whole minibatch, before its gradient: micro-batches then all use the same choice. Costs a forward
/// pass where something is chosen.
/// </summary>
internal sealed class TokenChoice
{
    private TokenChoice(Tensor selected, Tensor uncertain) => (Selected, Uncertain) = (selected, uncertain);

    /// <summary>[B,T] bool: what the policy loss selects by covariance; all false where it selects nothing.</summary>
    public Tensor Selected { get; }

    /// <summary>[B,T] bool: tokens of the highest entropy; all of the loss's tokens where the share is 1.</summary>
    public Tensor Uncertain { get; }

    /// <summary>Chooses; the tensors are owned by the caller's scope.</summary>
    /// <param name="policy">As it is before this update.</param>
    /// <param name="batch">The step's batch.</param>
    /// <param name="advantages">[B,T] float32.</param>
    /// <param name="rows">The minibatch.</param>
    /// <param name="options">The run's options.</param>
    /// <param name="microBatchRows">Rows per forward pass.</param>
    /// <param name="update">The number of this update over the run: each draws anew.</param>
    public static TokenChoice Of(
        LanguageModel policy, RolloutBatch batch, Tensor advantages, long[] rows, RunOptions options, int microBatchRows, long update)
    {
        var algorithm = options.Algorithm;
        if (!PolicyLosses.NeedsSelection(algorithm.Loss) && algorithm.EntropyShare == 1)
        {
            return new(zeros_like(batch.LossMask), batch.LossMask);
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (logProbs, entropies, counting) = (zeros_like(advantages), zeros_like(advantages), zeros_like(batch.LossMask));
        foreach (var micro in batch.Split(rows, microBatchRows))
        {
            using var part = NewDisposeScope();
            var (tokens, mask) = (micro.Tokens(), micro.Take(batch.LossMask));
            var measured = PolicyForward.PerToken(
                [policy],
                tokens,
                mask,
                options.Rollout.Temperature,
                (distributions, targets) =>
                {
                    var (logProbs, entropies) = Entropy.WithLogProbs(distributions[0], targets);
                    return [logProbs, entropies];
                });
            micro.Put(logProbs, measured[0]);
            micro.Put(entropies, measured[1]);
            micro.Put(counting, mask);
        }

        var draws = algorithm.Loss is ClipCovLoss ? Draws(counting, rows, options.Seed, update).to(advantages.device) : zeros_like(advantages);
        return new(
            PolicyLosses.Select(algorithm.Loss, logProbs, batch.OldLogProbs, advantages, counting, draws).MoveToOuterDisposeScope(),
            EntropyMask.Highest(entropies, counting, algorithm.EntropyShare).MoveToOuterDisposeScope());
    }

    private static Tensor Draws(Tensor counting, long[] rows, ulong seed, long update)
    {
        var width = counting.shape[1];
        var draws = new float[counting.numel()];
        foreach (var row in rows)
        {
            for (var t = 0; t < width; t++)
            {
                draws[(row * width) + t] = (float)Seeds.Uniform(seed, Purpose.TokenChoice, update, row, t);
            }
        }

        return tensor(draws, counting.shape);
    }
}
