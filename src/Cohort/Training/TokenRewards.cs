using Cohort.Advantages;
using Cohort.Losses;
using Cohort.Rollouts;
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
        return ShapedRewards.LessKl(batch.Rewards, penalty, coefficient).MoveToOuterDisposeScope();
    }
}
