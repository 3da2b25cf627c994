using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>Reward-to-go, the score-function estimator's weight without a baseline (seed, "The Gradient Estimator").</summary>
public static class DiscountedReturns
{
    /// <summary>G_t = u_t + γ G_{t+1}: generalized advantages with λ = 1 and V = 0. Positions outside the mask are stepped over.</summary>
    /// <param name="rewards">[B,T], u_t. 0 outside the mask.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <param name="discount">γ in (0, 1].</param>
    /// <returns>[B,T], 0 outside the mask, owned by the caller's scope, without gradient.</returns>
    /// <exception cref="ArgumentException">A shape differs, a reward is not finite, or γ is out of range.</exception>
    public static Tensor PerToken(Tensor rewards, Tensor mask, double discount)
    {
        using var scope = NewDisposeScope();
        return GeneralizedAdvantage.PerToken(rewards, zeros_like(rewards), mask, discount, lambda: 1).MoveToOuterDisposeScope();
    }
}
