using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>The gradient of the best of a group (pass@k training, arXiv:2503.19595): only the best completion gets credit.</summary>
public static class BestOfGroupAdvantage
{
    /// <summary>
    /// A_i = (s_i - second best) / (std + ε) for the group's best, 0 for the others: what the best of the group would lose without it. Where two share
    /// the first place there is no loss, and all get 0.
    /// </summary>
    /// <param name="scores">[B] = P groups of G adjacent rows.</param>
    /// <param name="scored">[B] bool; false leaves the statistics and gets 0.</param>
    /// <param name="groupSize">G, at least 2.</param>
    /// <param name="scale">What to divide by; the paper divides by nothing.</param>
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
        var ranked = Moments.Precise(groups).masked_fill(~counts, double.NegativeInfinity);
        var two = ranked.topk(2, dim: 1).values;
        var (best, second) = (two.narrow(1, 0, 1), two.narrow(1, 1, 1));
        var margin = where((ranked == best).logical_and(Moments.Number(counts) > 1), best - second, 0.0);
        return Groups.Scaled(margin, groups, counts, scale, kind, epsilon).flatten().to_type(scores.dtype).MoveToOuterDisposeScope();
    }
}
