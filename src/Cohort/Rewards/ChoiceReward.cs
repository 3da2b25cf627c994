using System.Text.Json;
using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Parsing;
using Cohort.Tensors;

namespace Cohort.Rewards;

/// <summary>
/// 1 where the answer chooses the right letter of a multiple-choice question, as <see cref="ChoiceLetter"/> finds it, else 0; parts "correct", and
/// "format": whether there is a letter. The reference is a letter, or else the text of one of the problem's choices: its field "choices", or else
/// "options", a list in the order of the letters. No score where it is neither.
/// </summary>
public sealed class ChoiceReward : TextReward
{
    private static readonly string[] Fields = ["choices", "options"];

    private readonly int _letters;
    private readonly AnswerPlace _where;

    /// <summary>A reward for questions with a number of choices.</summary>
    /// <param name="letters">How many letters there are to choose from, from A; 2 to 26.</param>
    /// <param name="where">Where the answer's letter stands.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number of letters is out of range.</exception>
    public ChoiceReward(int letters = 4, AnswerPlace where = AnswerPlace.Any)
    {
        Guards.Require(letters is >= 2 and <= ChoiceLetter.MostLetters, letters, $"it must lie in [2, {ChoiceLetter.MostLetters}]");
        (_letters, _where) = (letters, where);
    }

    /// <inheritdoc/>
    public override string Name => "choice";

    /// <inheritdoc/>
    public override Score Judge(Problem problem, string answer)
    {
        if (!ChoiceLetter.TryRead(problem.Reference, _letters, out var right) && !TryIndex(problem, out right))
        {
            return Score.None(
                $"the reference of problem {problem.Id} is neither one of the first {_letters} letters nor the text of exactly one of its choices");
        }

        var isLetter = ChoiceLetter.TryFind(answer, _where, _letters, out var given);
        return Grade.Of(isLetter && given == right, isLetter);
    }

    /// <summary>The letter, in capitals.</summary>
    /// <inheritdoc/>
    public override string AnswerOf(Completion completion) =>
        ChoiceLetter.TryFind(completion.Text, _where, _letters, out var given) ? $"{(char)('A' + given)}" : "";

    private bool TryIndex(Problem problem, out int index)
    {
        index = -1;
        var name = Array.Find(Fields, problem.Fields.ContainsKey);
        if (name is null || problem.Fields[name] is not { ValueKind: JsonValueKind.Array } choices)
            return false;

        int[] same = [.. choices.EnumerateArray().Index().Where(choice => IsText(choice.Item, problem.Reference)).Select(choice => choice.Index)];
        index = same is [var only] && only < _letters ? only : -1;
        return index >= 0;
    }

    private static bool IsText(JsonElement choice, string text) =>
        choice.ValueKind is JsonValueKind.String or JsonValueKind.Number && choice.ToString().AsSpan().Trim().SequenceEqual(text.AsSpan().Trim());
}
