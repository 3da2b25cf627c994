using Cohort.Rollouts;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>From scores to rewards per token (seed, "KL Regularization and Trust Regions": reward shaping).</summary>
public static class TokenRewards
{
    /// <summary>
    /// u_t: the score on the response's last token, less β KL_t on every token where the penalty is placed in the reward.
    /// </summary>
    /// <param name="batch">A complete batch.</param>
    /// <param name="kl">Where the KL acts.</param>
    /// <param name="coefficient">β of this step.</param>
    /// <returns>[B,T] float32, 0 outside the mask, owned by the caller's scope.</returns>
    public static Tensor Shape(RolloutBatch batch, KlPenalty kl, double coefficient)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var counted = batch.ResponseMask.to_type(ScalarType.Int64);
        var fromTheEnd = counted.flip(1).cumsum(1).flip(1);
        var last = batch.ResponseMask.logical_and(fromTheEnd == 1);
        var rewards = last.to_type(ScalarType.Float32) * batch.Scores.unsqueeze(1);
        if (kl.Placement == KlPlacement.InReward && coefficient > 0)
        {
            rewards = rewards - (coefficient * batch.KlToReference);
        }

        return rewards.MoveToOuterDisposeScope();
    }
}
