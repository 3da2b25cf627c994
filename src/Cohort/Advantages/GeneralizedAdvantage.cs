using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>
/// Generalized advantage estimation (seed, "The Gradient Estimator"; arXiv:1506.02438, eq. 16). Positions outside the mask are stepped over: a
/// token that is not an action changes no action's advantage.
/// </summary>
/// <remarks>
/// The value's target is A_t + V_t. Where policy and value want a λ of their own (such as 0.95 and 1), call twice: the advantages of one
/// call and the targets of the other.
/// </remarks>
public static class GeneralizedAdvantage
{
    /// <summary>δ_t = u_t + γ V_{t+1} - V_t, A_t = δ_t + γλ A_{t+1}. After the last action V = 0.</summary>
    /// <param name="rewards">[B,T], u_t. 0 outside the mask.</param>
    /// <param name="values">[B,T], V(s_t), read before token t+1.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <param name="discount">γ in (0, 1].</param>
    /// <param name="lambda">λ in [0, 1].</param>
    /// <returns>[B,T], 0 outside the mask, owned by the caller's scope, without gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs, a reward is not finite, or γ or λ is out of range.</exception>
    public static Tensor PerToken(Tensor rewards, Tensor values, Tensor mask, double discount, double lambda)
    {
        using var scope = NewDisposeScope();
        var nothing = zeros(rewards.shape[0], rewards.dtype, rewards.device);
        return PerToken(rewards, values, nothing, mask, discount, lambda).MoveToOuterDisposeScope();
    }

    /// <summary>As above, where V after the last action is given: of a completion that was cut at the length limit, so that it is bootstrapped.</summary>
    /// <param name="rewards">[B,T], u_t. 0 outside the mask.</param>
    /// <param name="values">[B,T], V(s_t), read before token t+1.</param>
    /// <param name="finalValues">[B], V after the row's last action, which γ discounts; 0 for a completion that ended by itself.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <param name="discount">γ in (0, 1].</param>
    /// <param name="lambda">λ in [0, 1].</param>
    /// <inheritdoc cref="PerToken(Tensor, Tensor, Tensor, double, double)" path="/returns"/>
    /// <inheritdoc cref="PerToken(Tensor, Tensor, Tensor, double, double)" path="/exception"/>
    public static Tensor PerToken(Tensor rewards, Tensor values, Tensor finalValues, Tensor mask, double discount, double lambda)
    {
        Shapes.RequireSame(rewards, values);
        Shapes.RequireRows(rewards, finalValues);
        Shapes.RequireMask(rewards, mask);
        Guards.Require(discount is > 0 and <= 1, discount, "γ must lie in (0, 1]");
        Guards.Require(lambda is >= 0 and <= 1, lambda, "λ must lie in [0, 1]");
        Guards.RequireFinite(rewards, mask);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var nextValue = finalValues;
        var nextAdvantage = zeros_like(finalValues);
        var advantages = zeros_like(rewards);
        for (var t = rewards.shape[1] - 1; t >= 0; t--)
        {
            var (reward, value, counts) = (rewards.select(1, t), values.select(1, t), mask.select(1, t));
            var delta = reward + (discount * nextValue) - value;
            var advantage = delta + (discount * lambda * nextAdvantage);
            nextAdvantage = where(counts, advantage, nextAdvantage);
            nextValue = where(counts, value, nextValue);
            advantages.select(1, t).copy_(advantage.masked_fill(~counts, 0));
        }

        return advantages.MoveToOuterDisposeScope();
    }
}
