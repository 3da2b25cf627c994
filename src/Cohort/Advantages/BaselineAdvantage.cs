using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>
/// The advantage of the score-function estimator with outcome rewards (seed, "The Gradient Estimator" and "Advantages and Normalization"): one number for all tokens of a
/// response.
/// </summary>
public static class BaselineAdvantage
{
    /// <summary>A_t = R - b(q), the same at every token that counts. b must not depend on the sampled tokens; then it changes no expected gradient.</summary>
    /// <param name="scores">[B], R.</param>
    /// <param name="baselines">[B], b(q).</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <returns>[B,T], 0 outside the mask, owned by the caller's scope, without gradient.</returns>
    /// <exception cref="ArgumentException">A shape or dtype differs, or a score or a baseline that counts is not finite.</exception>
    public static Tensor PerToken(Tensor scores, Tensor baselines, Tensor mask)
    {
        Shapes.RequireSame(scores, baselines);
        Shapes.RequireRows(mask, scores);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var counts = mask.any(1);
        Guards.RequireFinite(scores, counts);
        Guards.RequireFinite(baselines, counts);
        return Masked.Broadcast(scores - baselines, mask).MoveToOuterDisposeScope();
    }
}
