using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>REINFORCE++ (arXiv:2501.03262): advantages are normalized over all tokens of the batch, not inside a group.</summary>
public static class ReinforcePlusPlusAdvantage
{
    /// <summary>A_t = (G_t - mean) / (std + ε) of the discounted returns G, over the tokens of the batch (population deviation).</summary>
    /// <param name="rewards">[B,T], u_t. 0 outside the mask.</param>
    /// <param name="mask">[B,T] bool; true counts. Of a row without a score no token does.</param>
    /// <param name="discount">γ in (0, 1].</param>
    /// <param name="epsilon">ε above 0, in units of the return.</param>
    /// <returns>[B,T], 0 outside the mask, owned by the caller's scope, without gradient.</returns>
    /// <exception cref="ArgumentException">A shape differs, a reward is not finite, or γ or ε is out of range.</exception>
    public static Tensor PerToken(Tensor rewards, Tensor mask, double discount, double epsilon = 1e-8)
    {
        Groups.RequireEpsilon(epsilon);
        using var scope = NewDisposeScope();
        return Masked.Normalize(DiscountedReturns.PerToken(rewards, mask, discount), mask, epsilon).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// The baseline form: (s_i - mean of the group), on each token of the row, normalized over the tokens of the batch. That moves the zero: the rows
    /// of a group with equal scores get the negated mean of the batch.
    /// </summary>
    /// <param name="scores">[B] = P groups of G adjacent rows.</param>
    /// <param name="scored">[B] bool; false leaves the statistics and gets 0, as do the rows of a group with fewer than two scores.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <param name="groupSize">G, at least 2.</param>
    /// <param name="epsilon">ε above 0, in units of the score.</param>
    /// <returns>[B,T], 0 outside the mask, owned by the caller's scope, without gradient.</returns>
    /// <exception cref="ArgumentException">
    /// A shape differs, the rows do not divide into groups, a score is not finite, or ε is out of range.
    /// </exception>
    public static Tensor WithGroupBaseline(Tensor scores, Tensor scored, Tensor mask, int groupSize, double epsilon = 1e-8)
    {
        using var scope = NewDisposeScope();
        var centred = GroupRelativeAdvantage.PerResponse(scores, scored, groupSize, GroupScale.None, epsilon);
        var tokens = Masked.Broadcast(centred, mask);
        var comparable = mask.logical_and(Groups.Comparable(scored, groupSize).unsqueeze(1));
        return Masked.Normalize(tokens, comparable, epsilon).MoveToOuterDisposeScope();
    }
}
