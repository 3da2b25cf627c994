using static TorchSharp.torch;

namespace Cohort.Advantages;

/// <summary>What a group's centred scores are divided by.</summary>
public enum GroupScale
{
    /// <summary>The group's standard deviation (Bessel's n - 1) plus epsilon: GRPO, DeepSeekMath, arXiv:2402.03300.</summary>
    GroupDeviation,

    /// <summary>Nothing: Dr. GRPO, arXiv:2503.20783.</summary>
    None,
}

/// <summary>Advantages by comparing a group of completions of one prompt (seed, "Group Relative Policy Optimization").</summary>
public static class GroupRelativeAdvantage
{
    /// <summary>A_i = (s_i - mean(s)) / (std(s) + ε), over the scored members of a group.</summary>
    /// <param name="scores">[B] = P groups of G adjacent rows.</param>
    /// <param name="scored">[B] bool; false leaves the group's statistics and gets 0.</param>
    /// <param name="groupSize">G, at least 2.</param>
    /// <param name="scale">What to divide by.</param>
    /// <param name="epsilon">ε, added to the standard deviation.</param>
    /// <returns>[B], owned by the caller's scope. 0 where fewer than two of a group are scored, and where all scores are equal.</returns>
    /// <exception cref="ArgumentException">The rows do not divide into groups, or the group has one member.</exception>
    public static Tensor PerResponse(Tensor scores, Tensor scored, int groupSize, GroupScale scale, double epsilon)
    {
        Tensors.Shapes.RequireMask(scores, scored);
        var rows = scores.shape[0];
        if (groupSize < 2 || rows % groupSize != 0)
        {
            throw new ArgumentException(
                $"{rows} rows do not divide into groups of {groupSize}; a group needs at least 2 completions of one prompt.", nameof(groupSize));
        }

        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var counts = scored.view(-1, groupSize);
        var known = scores.view(-1, groupSize).masked_fill(~counts, 0);
        var number = counts.sum(1, keepdim: true).to_type(scores.dtype);
        var centred = (known - (known.sum(1, keepdim: true) / number.clamp(min: 1))).masked_fill(~counts, 0);
        if (scale == GroupScale.GroupDeviation)
        {
            var deviation = (centred.square().sum(1, keepdim: true) / (number - 1).clamp(min: 1)).sqrt();
            centred = centred / (deviation + epsilon);
        }

        // Equal scores have no signal; their mean may be off by a rounding, which a small deviation would blow up.
        var highest = known.masked_fill(~counts, double.NegativeInfinity).amax([1], keepdim: true);
        var lowest = known.masked_fill(~counts, double.PositiveInfinity).amin([1], keepdim: true);
        var flat = (highest == lowest).logical_or(number < 2);
        return centred.masked_fill(flat, 0).flatten().MoveToOuterDisposeScope();
    }
}
