using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>OPO (arXiv:2505.23585): a completion's gradient norm grows with its length, so the baseline of least variance weights by it.</summary>
public static class LengthWeightedBaseline
{
    /// <summary>A_i = s_i - Σ l_j s_j / Σ l_j over the scored members of the group, with l_j tokens that count.</summary>
    /// <param name="scores">[B] = P groups of G adjacent rows.</param>
    /// <param name="scored">[B] bool; false leaves the statistics and gets 0.</param>
    /// <param name="mask">[B,T] bool; true counts.</param>
    /// <param name="groupSize">G, at least 2.</param>
    /// <returns>[B], owned by the caller's scope. Exactly 0 where fewer than two of a group are scored, and where all scores are equal.</returns>
    /// <exception cref="ArgumentException">A shape differs, the rows do not divide into groups, or a score is not finite.</exception>
    public static Tensor PerResponse(Tensor scores, Tensor scored, Tensor mask, int groupSize)
    {
        Groups.Require(scores, scored, groupSize);
        Shapes.RequireRows(mask, scores);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var counts = Groups.Of(scored, groupSize);
        var centred = Moments.Centred(Groups.Of(scores, groupSize), counts);
        var lengths = Groups.Of(mask.sum(1), groupSize) * counts;
        var baseline = (lengths * centred).sum(1, keepdim: true) / lengths.sum(1, keepdim: true).clamp(min: 1);
        return (centred - baseline).masked_fill(~counts, 0).flatten().to_type(scores.dtype).MoveToOuterDisposeScope();
    }
}
