using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Parsing;

namespace Cohort.Rewards;

/// <summary>
/// 1 where the final expression of the answer has the value of the reference's, exactly ("2^{10}" equals "1,024"), as
/// <see cref="MathExpression"/> computes them, else 0; parts "correct", and "format": whether there is an expression that has a value. No score
/// where the reference has none. Without a box or hashes, the expression is the last line, or what follows its last equals sign.
/// </summary>
/// <param name="where">Where the answer's expression stands; the reference's is found wherever it is.</param>
public sealed class MathReward(AnswerPlace where = AnswerPlace.Any) : TextReward
{
    /// <inheritdoc/>
    public override string Name => "math";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer)
    {
        if (!TryCompute(problem.Reference, AnswerPlace.Any, out var right))
            return Score.None($"the reference of problem {problem.Id} has no expression that has a value");

        var hasValue = TryCompute(answer, where, out var given);
        return Grade.Of(hasValue && given == right, hasValue);
    }

    /// <summary>The value of the final expression, in lowest terms.</summary>
    /// <inheritdoc/>
    public override string AnswerOf(Completion completion) => TryCompute(completion.Text, where, out var given) ? given.ToString() : "";

    private static bool TryCompute(string text, AnswerPlace place, out Rational value)
    {
        var found = MarkedAnswer.Find(text, place);
        var line = found[(found.LastIndexOfAny('\n', '\r') + 1)..];
        return MathExpression.TryCompute(line[(line.LastIndexOf('=') + 1)..], out value);
    }
}
