using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>1 where the answer keeps <see cref="ThinkFormat"/>, else 0; says nothing about whether it is right.</summary>
public sealed class ThinkFormatReward : TextReward
{
    /// <inheritdoc/>
    public override string Name => "thinkFormat";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer) => Score.Of(ThinkFormat.Holds(answer) ? 1 : 0);
}
