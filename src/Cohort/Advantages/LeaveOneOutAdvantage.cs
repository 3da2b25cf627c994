using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>RLOO (arXiv:2402.14740, section 3.3): the baseline of a completion is the mean score of its siblings, which makes it unbiased.</summary>
public static class LeaveOneOutAdvantage
{
    /// <summary>A_i = s_i - mean of s_j over the scored j ≠ i of the group.</summary>
    /// <param name="scores">[B] = P groups of G adjacent rows.</param>
    /// <param name="scored">[B] bool; false leaves the statistics and gets 0.</param>
    /// <param name="groupSize">G, at least 2.</param>
    /// <returns>[B], owned by the caller's scope. Exactly 0 where fewer than two of a group are scored, and where all scores are equal.</returns>
    /// <exception cref="ArgumentException">A shape differs, the rows do not divide into groups, or a score is not finite.</exception>
    public static Tensor PerResponse(Tensor scores, Tensor scored, int groupSize)
    {
        Groups.Require(scores, scored, groupSize);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return Groups.LessTheOthers(Groups.Of(scores, groupSize), Groups.Of(scored, groupSize))
            .flatten().to_type(scores.dtype).MoveToOuterDisposeScope();
    }
}
