using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>1 where the answer keeps <see cref="AnswerFormat"/>, else 0; says nothing about whether it is right.</summary>
public sealed class AnswerFormatReward : TextReward
{
    /// <inheritdoc/>
    public override string Name => "answerFormat";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer) => Score.Of(AnswerFormat.Holds(answer) ? 1 : 0);
}
