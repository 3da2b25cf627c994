using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>1 where the answer is the reference, character by character, white space at both ends aside; else 0.</summary>
public sealed class ExactReward : TextReward
{
    /// <inheritdoc/>
    public override string Name => "exact";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer) =>
        Score.Of(answer.AsSpan().Trim().SequenceEqual(problem.Reference.AsSpan().Trim()) ? 1 : 0);
}
