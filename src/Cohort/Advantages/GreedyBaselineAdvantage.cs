using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>ReMax (arXiv:2310.10505, algorithm 1): the baseline is the score of the prompt's greedy completion.</summary>
public static class GreedyBaselineAdvantage
{
    /// <summary>A_t = G_t - b, with the reward-to-go G_t (γ = 1) and the greedy completion's score b.</summary>
    /// <param name="rewards">[B,T], u_t. 0 outside the mask.</param>
    /// <param name="greedyScores">[B], b of the row's prompt.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <returns>[B,T], 0 outside the mask, owned by the caller's scope, without gradient.</returns>
    /// <exception cref="ArgumentException">A shape differs, or a reward or a greedy score is not finite.</exception>
    public static Tensor PerToken(Tensor rewards, Tensor greedyScores, Tensor mask)
    {
        Shapes.RequireRows(rewards, greedyScores);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var returns = DiscountedReturns.PerToken(rewards, mask, discount: 1);
        Guards.RequireFinite(greedyScores, mask.any(1));
        return (returns - Masked.Broadcast(greedyScores, mask)).MoveToOuterDisposeScope();
    }
}
