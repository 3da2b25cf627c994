using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Parsing;

namespace Cohort.Rewards;

/// <summary>
/// 1 where the final number of the answer equals that of the reference exactly ("1,234.0" equals "1234", "3/4" equals "0.75"), as
/// <see cref="Quantity"/> finds and compares them, else 0; parts "correct", and "format": whether there is a number. No score where the reference
/// has none.
/// </summary>
/// <param name="where">Where the answer's number stands; the reference's is found wherever it is.</param>
public sealed class NumberReward(AnswerPlace where = AnswerPlace.Any) : TextReward
{
    /// <inheritdoc/>
    public override string Name => "number";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer)
    {
        if (!Quantity.TryFind(problem.Reference, AnswerPlace.Any, out var right))
            return Score.None($"the reference of problem {problem.Id} has no number");

        var isNumber = Quantity.TryFind(answer, where, out var given);
        return Grade.Of(isNumber && given.Matches(right), isNumber);
    }

    /// <summary>The number as it is written, in lowest terms: "50%" and "0.5" are two answers, since a reference may match one of them alone.</summary>
    /// <inheritdoc/>
    public override string AnswerOf(Completion completion) =>
        Quantity.TryFind(completion.Text, where, out var given) ? $"{given.Value}{(given.IsPercent ? "%" : "")}" : "";
}
