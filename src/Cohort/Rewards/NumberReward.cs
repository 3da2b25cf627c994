using Cohort.Data;
using Cohort.Parsing;

namespace Cohort.Rewards;

/// <summary>
/// 1 where the last number of the answer equals the last number of the reference as exact decimals ("1,234.0" equals "1234"), else 0; parts
/// "correct", and "format": whether there is a number. No score where the reference has none.
/// </summary>
public sealed class NumberReward : TextReward
{
    /// <inheritdoc/>
    public override string Name => "number";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer)
    {
        if (!LastNumber.TryFind(problem.Reference, out var right))
            return Score.None($"the reference of problem {problem.Id} has no number");

        var isNumber = LastNumber.TryFind(answer, out var given);
        var correct = isNumber && given == right ? 1 : 0;
        return Score.Of(correct, ("correct", correct), ("format", isNumber ? 1 : 0));
    }
}
