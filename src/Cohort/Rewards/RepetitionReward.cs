using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>The <see cref="RepetitionPenalty"/> of the answer's tokens, at most 0; says nothing about whether it is right.</summary>
/// <param name="run">Tokens of a run, at least 1.</param>
/// <param name="largest">The largest penalty, at least 0.</param>
public sealed class RepetitionReward(int run, double largest) : BoundedReward
{
    /// <inheritdoc/>
    public override string Name => "repetition";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, Completion completion) =>
        Score.Of(RepetitionPenalty.Of(completion.ResponseTokens, run, largest));
}
