using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>
/// Advantages by comparing a group of completions of one prompt (seed, "Group Relative Policy Optimization"; DeepSeekMath,
/// arXiv:2402.03300, section 4.1.2; without a deviation Dr. GRPO, arXiv:2503.20783).
/// </summary>
public static class GroupRelativeAdvantage
{
    /// <summary>
    /// A_i = (s_i - mean(s)) / (std(s) + ε), over the scored members of a group. With <see cref="DeviationKind.LeaveOneOut"/> both mean and
    /// deviation are those of the other members (of the other rows of the batch, for the batch's deviation), and a row whose others are all equal
    /// is not divided.
    /// </summary>
    /// <param name="scores">[B] = P groups of G adjacent rows.</param>
    /// <param name="scored">[B] bool; false leaves the statistics and gets 0.</param>
    /// <param name="groupSize">G, at least 2.</param>
    /// <param name="scale">What to divide by.</param>
    /// <param name="epsilon">ε above 0, in units of the score.</param>
    /// <param name="kind">Which deviation.</param>
    /// <returns>[B], owned by the caller's scope. Exactly 0 where fewer than two of a group are scored, and where all scores are equal.</returns>
    /// <exception cref="ArgumentException">
    /// A shape differs, the rows do not divide into groups, a score is not finite, or epsilon is out of range.
    /// </exception>
    public static Tensor PerResponse(
        Tensor scores, Tensor scored, int groupSize, GroupScale scale, double epsilon, DeviationKind kind = DeviationKind.Sample)
    {
        Groups.Require(scores, scored, groupSize);
        Groups.RequireEpsilon(epsilon);
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (groups, counts) = (Groups.Of(scores, groupSize), Groups.Of(scored, groupSize));
        var centred = kind == DeviationKind.LeaveOneOut ? Groups.LessTheOthers(groups, counts) : Moments.Centred(groups, counts);
        return Groups.Scaled(centred, groups, counts, scale, kind, epsilon).flatten().to_type(scores.dtype).MoveToOuterDisposeScope();
    }
}
