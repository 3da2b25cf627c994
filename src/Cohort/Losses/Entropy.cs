using static TorchSharp.torch;

namespace Cohort.Losses;

/// <summary>Entropy of the policy's next-token distribution (seed, "The Complete PPO Objective", the c_ent term).</summary>
public static class Entropy
{
    /// <summary>H = -Σ_v p_v log p_v.</summary>
    /// <param name="distribution">[N, V], log-probabilities in nats.</param>
    /// <returns>[N], nats, owned by the caller's scope; carries gradient.</returns>
    public static Tensor PerToken(Tensor distribution)
    {
        using var scope = NewDisposeScope();
        return (-nn.functional.softmax(distribution, dim: -1) * distribution).sum(-1).MoveToOuterDisposeScope();
    }
}
