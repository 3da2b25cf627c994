using System.Text.Json;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Parsing;

namespace Cohort.Rewards;

/// <summary>
/// 1 where the answer is an expression with + - * that reaches a target and uses each given number exactly once, as the task countdown judges it, else
/// 0; parts "correct", and "format": whether it is an expression. No score where the problem lacks its numbers or its target.
/// </summary>
/// <param name="numbers">The problem's field with the numbers: a list of 1 to 16 integers of at least 0.</param>
/// <param name="target">
/// The problem's field with the target, an integer; empty for the field "target" where the problem has one, as those of the task countdown do, else for
/// the reference.
/// </param>
/// <param name="where">Where the answer's expression stands.</param>
public sealed class ExpressionReward(string numbers = CountdownTask.NumbersField, string target = "", AnswerPlace where = AnswerPlace.Any) : TextReward
{
    /// <inheritdoc/>
    public override string Name => "expression";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer)
    {
        if (!TryNumbers(problem, out var given))
            return Score.None($"problem {problem.Id} has no field \"{numbers}\" with a list of 1 to {CountdownPrompt.MaxNumbers} integers of at least 0");

        return TryTarget(problem, out var sought) ? new CountdownPrompt(given, sought).Judge(MarkedAnswer.Find(answer, where))
            : target == "" ? Score.None($"neither the field \"{CountdownTask.TargetField}\" nor the reference of problem {problem.Id} is an integer")
            : Score.None($"problem {problem.Id} has no field \"{target}\" with an integer");
    }

    /// <summary>The expression as it is written.</summary>
    /// <inheritdoc/>
    public override string AnswerOf(Completion completion) => MarkedAnswer.Find(completion.Text, where).ToString();

    private bool TryNumbers(Problem problem, out IReadOnlyList<long> given)
    {
        given = [];
        if (!problem.Fields.TryGetValue(numbers, out var list) || list.ValueKind != JsonValueKind.Array)
            return false;

        var read = new List<long>();
        foreach (var item in list.EnumerateArray())
        {
            if (!TryInteger(item, out var number) || number < 0)
                return false;

            read.Add(number);
        }

        given = read;
        return read.Count is >= 1 and <= CountdownPrompt.MaxNumbers;
    }

    private bool TryTarget(Problem problem, out long sought)
    {
        sought = 0;
        return problem.Fields.TryGetValue(target == "" ? CountdownTask.TargetField : target, out var field) ? TryInteger(field, out sought)
            : target == "" && Numeral.TryParseInteger(problem.Reference.AsSpan().Trim(), out sought);
    }

    private static bool TryInteger(JsonElement element, out long value)
    {
        value = 0;
        return element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out value);
    }
}
