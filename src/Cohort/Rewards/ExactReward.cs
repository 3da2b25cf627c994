using Cohort.Data;
using Cohort.Parsing;

namespace Cohort.Rewards;

/// <summary>1 where the answer is the reference, character by character, white space at both ends aside; else 0.</summary>
/// <param name="where">Which part of the text the answer is; where it has no such part, or an empty one, it scores 0.</param>
public sealed class ExactReward(AnswerPlace where = AnswerPlace.Last) : TextReward
{
    /// <inheritdoc/>
    public override string Name => "exact";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer)
    {
        var given = MarkedAnswer.Find(answer, where);
        var isThere = where == AnswerPlace.Last || given.Length > 0;
        return Score.Of(isThere && given.SequenceEqual(problem.Reference.AsSpan().Trim()) ? 1 : 0);
    }
}
