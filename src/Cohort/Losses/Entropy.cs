using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>Entropy of the policy's next-token distribution (seed, "The Complete PPO Objective", the c_ent term).</summary>
public static class Entropy
{
    /// <summary>H = -Σ_v p_v log p_v, where a token of probability 0 adds 0.</summary>
    /// <param name="distribution">[N, V], log-probabilities in nats; may hold -inf.</param>
    /// <returns>[N], nats, owned by the caller's scope; carries gradient, which is finite also where p_v = 0.</returns>
    public static Tensor PerToken(Tensor distribution)
    {
        using var scope = NewDisposeScope();
        var finite = distribution.masked_fill(distribution.isneginf(), 0); // 0 · -inf would be NaN
        return (-nn.functional.softmax(distribution, dim: 1) * finite).sum(1).MoveToOuterDisposeScope();
    }
}
