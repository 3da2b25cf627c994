using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>Rewards per token u_t, from which advantages are made (seed, "The Gradient Estimator" and "KL Regularization and Trust Regions").</summary>
public static class ShapedRewards
{
    /// <summary>Sparse rewards: each response's score on its last token.</summary>
    /// <param name="scores">[B] floating.</param>
    /// <param name="mask">[B,T] bool, the tokens that count; a row without any has no reward.</param>
    /// <returns>[B,T] in the dtype of the scores, 0 elsewhere, owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">The rows differ.</exception>
    public static Tensor OnLastToken(Tensor scores, Tensor mask)
    {
        using var scope = NewDisposeScope();
        Shapes.RequireMask(scores.unsqueeze(1).expand(-1, mask.shape[^1]), mask);
        var fromTheEnd = mask.to_type(ScalarType.Int64).flip(1).cumsum(1).flip(1);
        var last = mask.logical_and(fromTheEnd == 1);
        return (last.to_type(scores.dtype) * scores.unsqueeze(1)).MoveToOuterDisposeScope();
    }

    /// <summary>u_t - β KL_t: the penalty of the KL as reward shaping.</summary>
    /// <param name="rewards">[B,T] floating.</param>
    /// <param name="kl">Same shape and dtype, nats; 0 outside the mask.</param>
    /// <param name="coefficient">β, at least 0.</param>
    /// <returns>[B,T], owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">The shapes or dtypes differ.</exception>
    public static Tensor LessKl(Tensor rewards, Tensor kl, double coefficient)
    {
        Shapes.RequireSame(rewards, kl);
        Guards.Require(coefficient is >= 0 and < double.PositiveInfinity, coefficient, "β must be at least 0 and finite");
        using var scope = NewDisposeScope();
        return (rewards - (coefficient * kl)).MoveToOuterDisposeScope();
    }
}
