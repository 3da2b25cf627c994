using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>
/// The optimal token baseline (verl's estimator of that name): the n-th token of a completion is compared with the n-th tokens of its siblings,
/// weighted by how much gradient they gathered so far. Counting actions, not columns, makes it the same in one turn and in many.
/// </summary>
public static class OptimalTokenBaseline
{
    /// <summary>w_t = 1 - 2π_t + Σ_v π(v)^2, the squared norm of the gradient of log π_t with respect to the logits.</summary>
    /// <param name="logProbs">[B,T], log π_t of the sampled tokens, nats.</param>
    /// <param name="squaredProbs">[B,T], Σ_v π(v)^2 over the vocabulary.</param>
    /// <returns>[B,T], owned by the caller's scope, without gradient. Multiply by the squared importance weight of an off-policy token.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs.</exception>
    public static Tensor GradientNorm(Tensor logProbs, Tensor squaredProbs)
    {
        Shapes.RequireSame(logProbs, squaredProbs);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return (1 - (2 * logProbs.exp()) + squaredProbs).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// A_t = G_t - Σ_j G_jt W_jt / (Σ_j W_jt + ε), with the reward-to-go G, W_t the sum of w up to t, and j the members of the group that have a token t.
    /// </summary>
    /// <param name="rewards">[B,T], u_t. 0 outside the mask. B = P groups of G adjacent rows.</param>
    /// <param name="gradientNorms">[B,T], w.</param>
    /// <param name="mask">[B,T] bool; true counts. Of a row without a score no token does.</param>
    /// <param name="groupSize">G, at least 2.</param>
    /// <param name="loneTail">Whether tokens that no sibling reaches get their return as advantage, as in verl; else 0.</param>
    /// <param name="epsilon">ε above 0, in units of w.</param>
    /// <returns>[B,T], 0 outside the mask and exactly 0 where all returns that are compared are equal, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">
    /// A shape or dtype differs, the rows do not divide into groups, a reward is not finite, or epsilon is out of range.
    /// </exception>
    public static Tensor PerToken(Tensor rewards, Tensor gradientNorms, Tensor mask, int groupSize, bool loneTail = false, double epsilon = 1e-8)
    {
        Shapes.RequireSame(rewards, gradientNorms);
        Guards.RequireGroups(rewards.shape[0], groupSize);
        Groups.RequireEpsilon(epsilon);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var returns = DiscountedReturns.PerToken(rewards, mask, discount: 1);
        var order = mask.to_type(ScalarType.Int64).cumsum(1) - 1;
        var there = ByAction(mask, order, mask, groupSize);
        var toGo = ByAction(returns, order, mask, groupSize);
        var weights = ByAction(Masked.Zero(gradientNorms, mask).cumsum(1), order, mask, groupSize);
        var advantages = Compared(toGo, weights, there, loneTail, epsilon).reshape(rewards.shape[0], -1);
        return Masked.Zero(advantages.gather(1, order.clamp(min: 0)), mask).MoveToOuterDisposeScope();
    }

    private static Tensor Compared(Tensor toGo, Tensor weights, Tensor there, bool loneTail, double epsilon)
    {
        var baseline = (toGo * weights).sum(1, keepdim: true) / (weights.sum(1, keepdim: true) + epsilon);
        var flat = (Moments.Centred(toGo.transpose(1, 2), there.transpose(1, 2)) == 0).all(2).unsqueeze(1);
        var advantages = (toGo - baseline).masked_fill(flat, 0);
        return loneTail ? where(there.sum(1, keepdim: true) == 1, toGo, advantages) : advantages;
    }

    // [B,T] by columns to [P,G,T] by actions: a row's tokens that count move to its front; what does not count goes to a column that is cut off.
    private static Tensor ByAction(Tensor values, Tensor order, Tensor mask, int groupSize)
    {
        var (rows, columns) = (values.shape[0], values.shape[1]);
        var front = zeros([rows, columns + 1], values.dtype, values.device).scatter(1, where(mask, order, columns), values);
        return front.narrow(1, 0, columns).reshape(-1, groupSize, columns);
    }
}
