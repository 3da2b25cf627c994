using Cohort.Losses;
using Cohort.Rollouts;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>From scores to rewards per token (seed, "KL Regularization and Trust Regions": reward shaping).</summary>
public static class TokenRewards
{
    /// <summary>
    /// u_t: the reward function's, less β KL_t on every token where the penalty is placed in the reward. An exact KL is that of the next state:
    /// a token's own cannot depend on which token is drawn, and drops out of the gradient as a baseline does; it acts in the loss.
    /// </summary>
    /// <param name="batch">A complete batch.</param>
    /// <param name="kl">Where the KL acts.</param>
    /// <param name="coefficient">β of this step.</param>
    /// <returns>[B,T] in the dtype of the scores, 0 outside the mask, owned by the caller's scope.</returns>
    public static Tensor Shape(RolloutBatch batch, KlPenalty kl, double coefficient)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        if (kl.Placement == KlPlacement.InLoss || coefficient == 0)
        {
            return batch.Rewards.alias().MoveToOuterDisposeScope();
        }

        var penalty = kl.Estimator == KlEstimator.Exact
            ? KlEstimators.OfNextState(batch.KlToReference, batch.ResponseMask)
            : batch.KlToReference;
        return LessKl(batch.Rewards, penalty, coefficient).MoveToOuterDisposeScope();
    }

    /// <summary>Sparse rewards: each response's score on its last token.</summary>
    /// <param name="scores">[B] floating.</param>
    /// <param name="mask">[B,T] bool, the tokens that count; a row without any has no reward.</param>
    /// <returns>[B,T] in the dtype of the scores, 0 elsewhere, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">The rows differ.</exception>
    public static Tensor OnLastToken(Tensor scores, Tensor mask)
    {
        using var scope = NewDisposeScope();
        Shapes.RequireMask(scores.unsqueeze(1).expand(-1, mask.shape[^1]), mask);
        var fromTheEnd = mask.to_type(ScalarType.Int64).flip(1).cumsum(1).flip(1);
        var last = mask.logical_and(fromTheEnd == 1);
        return (last.to_type(scores.dtype) * scores.unsqueeze(1)).MoveToOuterDisposeScope();
    }

    /// <summary>u_t - β KL_t: the penalty of the KL as reward shaping.</summary>
    /// <param name="rewards">[B,T] floating.</param>
    /// <param name="kl">Same shape and dtype, nats; 0 outside the mask.</param>
    /// <param name="coefficient">β, at least 0.</param>
    /// <returns>[B,T], owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">The shapes or dtypes differ.</exception>
    public static Tensor LessKl(Tensor rewards, Tensor kl, double coefficient)
    {
        Shapes.RequireSame(rewards, kl);
        using var scope = NewDisposeScope();
        return (rewards - (coefficient * kl)).MoveToOuterDisposeScope();
    }
}
