using Cohort.Losses;
using Cohort.Rollouts;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>The policy's loss on a micro-batch without entropy bonus and KL: what the algorithm's formula, weights and masks make of the advantages.</summary>
internal static class SurrogateLoss
{
    /// <summary>The advantages as the loss takes them: over the given rows normalized, where the algorithm asks for that.</summary>
    /// <param name="algorithm">The run's algorithm.</param>
    /// <param name="batch">The step's batch.</param>
    /// <param name="advantages">[B,T] float32.</param>
    /// <param name="rows">[n] int64, the minibatch.</param>
    /// <returns>[B,T] float32, owned by the caller's scope; other rows are not for use.</returns>
    public static Tensor Advantages(AlgorithmOptions algorithm, RolloutBatch batch, Tensor advantages, Tensor rows)
    {
        using var scope = NewDisposeScope();
        if (!algorithm.NormalizeAdvantages)
        {
            return advantages.alias().MoveToOuterDisposeScope();
        }

        var normalized = zeros_like(advantages);
        normalized.index_copy_(0, rows, Masked.Normalize(advantages.index_select(0, rows), batch.LossMask.index_select(0, rows)));
        return normalized.MoveToOuterDisposeScope();
    }

    /// <summary>Loss per token, with what is left out or weighted beside the formula; the normalizer stays.</summary>
    /// <param name="algorithm">The run's algorithm.</param>
    /// <param name="micro">Some rows of the batch.</param>
    /// <param name="logProbs">[b,t] float32 nats; carries gradient.</param>
    /// <param name="advantages">[b,t] float32.</param>
    /// <param name="mask">[b,t] bool, the batch's loss mask.</param>
    /// <param name="chosen">Of the minibatch.</param>
    /// <returns>[b,t] float32, owned by the caller's scope; carries gradient.</returns>
    public static Tensor PerToken(AlgorithmOptions algorithm, MicroBatch micro, Tensor logProbs, Tensor advantages, Tensor mask, TokenChoice chosen)
    {
        using var scope = NewDisposeScope();
        var batch = micro.Batch;
        var perToken = PolicyLosses.PerToken(
            algorithm.Loss, logProbs, micro.Take(batch.OldLogProbs), advantages, mask, micro.Take(chosen.Selected));
        perToken = algorithm.EntropyShare < 1 ? Masked.Zero(perToken, micro.Take(chosen.Uncertain)) : perToken;
        if (algorithm.OffPolicy.LargestSequenceKl is > 0 and var limit)
        {
            perToken = Masked.Zero(perToken, OffPolicyMask.Keep(advantages, logProbs, micro.Take(batch.BehaviourLogProbs), mask, limit));
        }

        perToken = algorithm.OffPolicy.Method == OffPolicyMethod.None ? perToken : micro.Take(batch.OffPolicyWeights) * perToken;
        return perToken.MoveToOuterDisposeScope();
    }
}
