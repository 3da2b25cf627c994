using Cohort.Data;
using Cohort.Tensors;

namespace Cohort.Rewards;

/// <summary>The <see cref="OverlongPenalty"/> of the answer's length, times a factor; says nothing about whether it is right.</summary>
public sealed class OverlongReward : BoundedReward
{
    private readonly int _longest;
    private readonly int _buffer;
    private readonly double _penalty;

    /// <summary>A penalty near a length limit.</summary>
    /// <param name="longest">The limit, in tokens.</param>
    /// <param name="buffer">Tokens before the limit over which the penalty grows, in [0, longest].</param>
    /// <param name="penalty">What an answer as long as the limit loses; above 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">An argument is out of range.</exception>
    public OverlongReward(int longest, int buffer, double penalty = 1)
    {
        Guards.Require(buffer >= 0 && buffer <= longest, buffer, $"it must lie in [0, {longest}], the longest answer in tokens");
        Guards.Require(penalty > 0 && double.IsFinite(penalty), penalty, "a penalty must be above 0 and finite");
        (_longest, _buffer, _penalty) = (longest, buffer, penalty);
    }

    /// <inheritdoc/>
    public override string Name => "overlong";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, Completion completion) =>
        Score.Of(_penalty * OverlongPenalty.Of(completion.ResponseTokens.Count, _longest, _buffer));
}
