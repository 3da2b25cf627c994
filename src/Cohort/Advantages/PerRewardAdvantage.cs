using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>GDPO (arXiv:2601.05242): each reward is normalized in its group before they are summed, so that none drowns the others.</summary>
public static class PerRewardAdvantage
{
    /// <summary>Σ_k w_k (s_ik - mean(s_k)) / (std(s_k) + ε), over the scored members of a group, before normalization over the batch.</summary>
    /// <param name="parts">[B,K], the named parts of the scores; B = P groups of G adjacent rows.</param>
    /// <param name="scored">[B,K] bool; false leaves the part's statistics and adds 0.</param>
    /// <param name="weights">w, one per part.</param>
    /// <param name="groupSize">G, at least 2.</param>
    /// <param name="scale">What to divide a part by.</param>
    /// <param name="epsilon">ε above 0, in units of the score.</param>
    /// <returns>[B], owned by the caller's scope.</returns>
    /// <exception cref="ArgumentException">
    /// A shape differs, the rows do not divide into groups, the weights are not K, a part is not finite, or epsilon is out of range.
    /// </exception>
    public static Tensor Sum(
        Tensor parts, Tensor scored, IReadOnlyList<double> weights, int groupSize, GroupScale scale, double epsilon)
    {
        Shapes.RequireMask(parts, scored);
        if (weights.Count != parts.shape[1])
        {
            throw new ArgumentException($"weights has {weights.Count} entries for {parts.shape[1]} parts; each part has one.", nameof(weights));
        }

        using var scope = NewDisposeScope();
        var sum = zeros(parts.shape[0], parts.dtype, parts.device);
        for (var k = 0; k < weights.Count; k++)
        {
            sum += weights[k] * GroupRelativeAdvantage.PerResponse(parts.select(1, k), scored.select(1, k), groupSize, scale, epsilon);
        }

        return sum.MoveToOuterDisposeScope();
    }

    /// <summary>A_i: the sum, normalized over the rows of the batch that can be compared in at least one part (sample deviation).</summary>
    /// <inheritdoc cref="Sum" path="/*[not(self::summary)]"/>
    public static Tensor PerResponse(
        Tensor parts, Tensor scored, IReadOnlyList<double> weights, int groupSize, GroupScale scale, double epsilon)
    {
        using var scope = NewDisposeScope();
        var sum = Sum(parts, scored, weights, groupSize, scale, epsilon);
        return Masked.Normalize(sum, Comparable(scored, groupSize), epsilon, correction: 1).MoveToOuterDisposeScope();
    }

    private static Tensor Comparable(Tensor scored, int groupSize)
    {
        var columns = Enumerable.Range(0, (int)scored.shape[1]).Select(k => Groups.Comparable(scored.select(1, k), groupSize));
        return stack(columns).any(0);
    }
}
