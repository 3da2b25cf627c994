using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>Group-relative advantages from a reward per step (DeepSeekMath, arXiv:2402.03300, section 4.1.3, process supervision).</summary>
public static class ProcessRelativeAdvantage
{
    /// <summary>
    /// r̃ = (r - mean(R)) / (std(R) + ε) with R the rewards of all steps of all members of the group, A_t = Σ r̃ of the steps that end at t or later.
    /// The paper has no ε.
    /// </summary>
    /// <param name="rewards">[B,T], the step's reward at its last token; B = P groups of G adjacent rows.</param>
    /// <param name="stepEnds">[B,T] bool; true at the last token of a step that has a reward.</param>
    /// <param name="mask">[B,T] bool; true counts. A step that ends outside of it does not.</param>
    /// <param name="groupSize">G, at least 2.</param>
    /// <param name="epsilon">ε above 0, in units of the reward.</param>
    /// <returns>[B,T], 0 outside the mask, owned by the caller's scope. Exactly 0 where a group has fewer than two steps, or equal rewards.</returns>
    /// <exception cref="ArgumentException">
    /// A shape differs, the rows do not divide into groups, a step's reward is not finite, or epsilon is out of range.
    /// </exception>
    public static Tensor PerToken(Tensor rewards, Tensor stepEnds, Tensor mask, int groupSize, double epsilon)
    {
        Shapes.RequireMask(rewards, stepEnds);
        Shapes.RequireMask(rewards, mask);
        Guards.RequireGroups(rewards.shape[0], groupSize);
        Groups.RequireEpsilon(epsilon);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var steps = stepEnds.logical_and(mask);
        Guards.RequireFinite(rewards, steps);
        var members = groupSize * rewards.shape[1];
        var (groups, counts) = (rewards.reshape(-1, members), steps.reshape(-1, members));
        var normalized = Moments.Centred(groups, counts) / (Moments.Deviation(groups, counts, correction: 1) + epsilon);
        var toGo = normalized.reshape(rewards.shape).flip(1).cumsum(1).flip(1);
        return Masked.Zero(toGo.to_type(rewards.dtype), mask).MoveToOuterDisposeScope();
    }
}
