using Cohort.Data;
using Cohort.Parsing;

namespace Cohort.Rewards;

/// <summary>
/// 1 where the answer is the reference, character by character, white space at both ends aside; else 0. A whole answer is compared with the whole
/// reference, a marked part with what the reference marks as its answer, or where it has no mark, with all of it. No score where that mark holds nothing.
/// </summary>
/// <param name="where">Which part of the text the answer is; where it has no such part, or an empty one, it scores 0.</param>
public sealed class ExactReward(AnswerPlace where = AnswerPlace.Last) : TextReward
{
    /// <inheritdoc/>
    public override string Name => "exact";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer)
    {
        var given = MarkedAnswer.Find(answer, where);
        var reference = problem.Reference.AsSpan().Trim();
        var sought = where == AnswerPlace.Last ? reference : MarkedAnswer.Find(reference, AnswerPlace.Any);
        if (sought.IsEmpty && !reference.IsEmpty)
            return Score.None($"what the reference of problem {problem.Id} marks as its answer is empty");

        var isThere = where == AnswerPlace.Last || given.Length > 0;
        return Score.Of(isThere && given.SequenceEqual(sought) ? 1 : 0);
    }

    /// <summary>The part of the text that is compared.</summary>
    /// <inheritdoc/>
    public override string AnswerOf(Completion completion) => MarkedAnswer.Find(completion.Text, where).ToString();
}
