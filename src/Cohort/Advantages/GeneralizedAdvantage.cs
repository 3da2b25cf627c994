using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>Generalized advantage estimation (seed, "The Gradient Estimator"; arXiv:1506.02438, eq. 16).</summary>
public static class GeneralizedAdvantage
{
    /// <summary>
    /// δ_t = u_t + γ V_{t+1} - V_t, A_t = δ_t + γλ A_{t+1}. Positions outside the mask are stepped over: a token that is not an action changes
    /// no action's advantage. After the last action V = 0.
    /// </summary>
    /// <param name="rewards">[B,T], u_t. 0 outside the mask.</param>
    /// <param name="values">[B,T], V(s_t), read before token t+1.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <param name="discount">γ in (0, 1].</param>
    /// <param name="lambda">λ in [0, 1].</param>
    /// <returns>[B,T], 0 outside the mask, owned by the caller's scope, without gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs; nothing here broadcasts.</exception>
    public static Tensor PerToken(Tensor rewards, Tensor values, Tensor mask, double discount, double lambda)
    {
        using var scope = NewDisposeScope();
        var ended = zeros(rewards.shape[0], rewards.dtype, rewards.device);
        return PerToken(rewards, values, ended, mask, discount, lambda).MoveToOuterDisposeScope();
    }

    /// <summary>As the other, but after a row's last action V is a number of its own: 0 at an end, the critic's value at a cut.</summary>
    /// <inheritdoc cref="PerToken(Tensor, Tensor, Tensor, double, double)"/>
    /// <param name="finalValues">[B], V of the state after the row's last token; 0 where the response ended by itself.</param>
    public static Tensor PerToken(Tensor rewards, Tensor values, Tensor finalValues, Tensor mask, double discount, double lambda)
    {
        Shapes.RequireSame(rewards, values);
        Shapes.RequireMask(rewards, mask);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Shapes.RequireSame(rewards.select(1, 0), finalValues);
        var nextValue = finalValues;
        var nextAdvantage = zeros_like(nextValue);
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
