using Cohort.Advantages;
using Cohort.Rollouts;
using Cohort.Telemetry;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Training;

/// <summary>
/// How much a critic's advantages differ from those that the group mean gives on the same data: the sum of a response's rewards less the mean of its prompt's
/// scored responses, on each of its tokens.
/// </summary>
internal static class GroupComparison
{
    /// <summary>Gives correlation, flipped signs and distance; nothing where prompts have one completion, or one of the two has no spread to compare.</summary>
    /// <param name="advantages">[B,T] float32, before the normalization of minibatches.</param>
    /// <param name="rewards">[B,T] float32, u_t, with the KL where it acts in the reward; 0 outside the mask.</param>
    /// <param name="batch">The step's batch; rows without a score leave.</param>
    /// <param name="measures">Takes the numbers.</param>
    public static void Describe(Tensor advantages, Tensor rewards, RolloutBatch batch, Measures measures)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var mask = batch.ResponseMask;
        if (batch.GroupSize < 2 || !mask.any().item<bool>())
        {
            return;
        }

        var perResponse = GroupRelativeAdvantage.PerResponse(
            rewards.sum(1), batch.Scored, batch.GroupSize, GroupScale.None, epsilon: 1); // ε has no part in an unscaled advantage
        var group = Moments.Precise(Masked.Broadcast(perResponse, mask).masked_select(mask));
        var used = Moments.Precise(advantages.masked_select(mask));
        var (groupSpread, usedSpread) = (group - group.mean(), used - used.mean());
        var numbers = stack(
        [
            (groupSpread * usedSpread).sum(), groupSpread.square().sum(), usedSpread.square().sum(), (used * group).lt(0).sum().to_type(group.dtype),
            group.ne(0).sum().to_type(group.dtype), (used - group).square().sum(), group.square().sum(),
        ]).cpu().to_type(ScalarType.Float64).data<double>().ToArray();
        Set(MetricNames.GroupAdvantageCorrelation, numbers[0], Math.Sqrt(numbers[1] * numbers[2]));
        Set(MetricNames.GroupAdvantageSigns, numbers[3], numbers[4]);
        Set(MetricNames.GroupAdvantageDifference, Math.Sqrt(numbers[5]), Math.Sqrt(numbers[6]));

        void Set(string name, double numerator, double denominator)
        {
            if (denominator > 0)
            {
                measures.Set(name, numerator / denominator);
            }
        }
    }
}
