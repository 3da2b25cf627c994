using Cohort.Tensors;
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

    /// <summary>Log-probabilities of tokens, and the entropies of the distributions that they stand in, from one pass over the logits where that can be.</summary>
    /// <param name="distribution">Of N tokens.</param>
    /// <param name="targets">[N] int64, the tokens.</param>
    /// <param name="learns">Whether the entropies carry gradient.</param>
    /// <returns>[N] each, nats, owned by the caller's scope; the log-probabilities carry gradient.</returns>
    /// <exception cref="ArgumentException">There is not one token for each row.</exception>
    public static (Tensor LogProbs, Tensor Entropies) WithLogProbs(TokenDistribution distribution, Tensor targets, bool learns = true)
    {
        using var scope = NewDisposeScope();
        var (logProbs, entropies) = distribution.OfLogits ? Fused() : (TokenLogProbs.Of(distribution, targets), Whole());
        return (logProbs.MoveToOuterDisposeScope(), entropies.MoveToOuterDisposeScope());

        (Tensor, Tensor) Fused()
        {
            var both = distribution.LogProbsAndEntropies(targets);
            return (both.select(0, 0), (learns ? both : both.detach()).select(0, 1));
        }

        Tensor Whole()
        {
            using var _ = set_grad_enabled(learns && is_grad_enabled());
            return PerToken(distribution.LogProbs());
        }
    }
}
