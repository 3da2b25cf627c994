using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>
/// GPG (arXiv:2504.02546): a group with equal scores gives no gradient yet counts in the loss's mean, so what the others give is
/// scaled up. The paper's α counts such samples; verl's counts scores other than 0.
/// </summary>
public static class GpgAdvantage
{
    /// <summary>
    /// A_i = α (s_i - mean of the group), α = P / (P - M) with P groups of at least two scores, M of them with equal scores. α = 0 / 0 has no
    /// advantages to scale.
    /// </summary>
    /// <param name="scores">[B] = groups of G adjacent rows.</param>
    /// <param name="scored">[B] bool; false leaves the statistics and gets 0.</param>
    /// <param name="groupSize">G, at least 2.</param>
    /// <returns>[B], owned by the caller's scope. Exactly 0 where fewer than two of a group are scored, and where all scores are equal.</returns>
    /// <exception cref="ArgumentException">A shape differs, the rows do not divide into groups, or a score is not finite.</exception>
    public static Tensor PerResponse(Tensor scores, Tensor scored, int groupSize)
    {
        Groups.Require(scores, scored, groupSize);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var counts = Groups.Of(scored, groupSize);
        var centred = Moments.Centred(Groups.Of(scores, groupSize), counts);
        var comparable = (Moments.Number(counts) > 1).sum();
        var signal = (centred != 0).any(1).sum().clamp(min: 1);
        return (centred * comparable / signal).flatten().to_type(scores.dtype).MoveToOuterDisposeScope();
    }
}
