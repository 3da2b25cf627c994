using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>REINFORCE with the batch's mean score as the baseline b(q) (seed, "The Gradient Estimator"; Williams 1992).</summary>
public static class BatchBaselineAdvantage
{
    /// <summary>A_i = s_i - mean of s over the scored rows of the batch, the row itself included.</summary>
    /// <param name="scores">[B].</param>
    /// <param name="scored">[B] bool; false leaves the mean and gets 0.</param>
    /// <returns>[B], owned by the caller's scope. Exactly 0 where fewer than two are scored, and where all scores are equal.</returns>
    /// <exception cref="ArgumentException">A shape differs, or a score is not finite.</exception>
    public static Tensor PerResponse(Tensor scores, Tensor scored)
    {
        Shapes.RequireMask(scores, scored);
        Guards.RequireFinite(scores, scored);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return Moments.Centred(scores, scored).to_type(scores.dtype).MoveToOuterDisposeScope();
    }
}
