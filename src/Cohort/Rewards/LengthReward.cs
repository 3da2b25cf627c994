using System.Text.Json;
using Cohort.Data;
using Cohort.Tensors;

namespace Cohort.Rewards;

/// <summary>
/// A cost for each token by which the answer misses a length: r = -α |n_target - n| (L1-Exact, arXiv:2503.04697, eq. 1, whose other term is the reward for
/// a right answer). Says nothing about whether the answer is right.
/// </summary>
public sealed class LengthReward : BoundedReward
{
    private readonly int _target;
    private readonly double _slope;
    private readonly string _field;

    /// <summary>A cost for missing a length.</summary>
    /// <param name="target">n_target, in tokens, the end of sequence included; at least 0, with which each token costs.</param>
    /// <param name="slope">α, per token; above 0.</param>
    /// <param name="field">The problem's field with a target of its own, an integer of at least 0, in place of the one above; empty for none.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public LengthReward(int target, double slope = 0.0003, string field = "")
    {
        Guards.Require(target >= 0, target, "a length must be at least 0");
        Guards.Require(slope > 0 && double.IsFinite(slope), slope, "a cost must be above 0 and finite");
        (_target, _slope, _field) = (target, slope, field);
    }

    /// <inheritdoc/>
    public override string Name => "length";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, Completion completion)
    {
        var target = _target;
        var hasTarget = _field == ""
            || (problem.Fields.TryGetValue(_field, out var own) && own.ValueKind == JsonValueKind.Number && own.TryGetInt32(out target) && target >= 0);
        return hasTarget ? Score.Of(_slope * -Math.Abs((long)completion.ResponseTokens.Count - target))
            : Score.None($"problem {problem.Id} has no field \"{_field}\" with a length in tokens");
    }
}
