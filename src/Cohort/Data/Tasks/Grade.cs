using Cohort.Parsing;

namespace Cohort.Data.Tasks;

/// <summary>How verifiers put a verdict into a score.</summary>
internal static class Grade
{
    /// <summary>1 where right, else 0, with the two parts that a verifier of well-formed answers has.</summary>
    public static Score Of(bool correct, bool format) =>
        Score.Of(correct ? 1 : 0, ("correct", correct ? 1 : 0), ("format", format ? 1 : 0));

    /// <summary>Grades text: right where it equals the reference, well formed where it has its length and characters of a set.</summary>
    public static Score Text(Problem problem, string answer, string characters)
    {
        var given = answer.AsSpan().Trim();
        var right = problem.Reference.AsSpan().Trim();
        return Of(given.SequenceEqual(right), given.Length == right.Length && !given.ContainsAnyExcept(characters));
    }

    /// <summary>Grades a decimal integer by its value.</summary>
    public static Score Integer(Problem problem, string answer)
    {
        if (!Numeral.TryParseInteger(problem.Reference.AsSpan().Trim(), out var right))
            return Score.None($"the reference of problem {problem.Id} is not an integer of at most {Numeral.MaxIntegerDigits} digits");

        var isInteger = Numeral.TryParseInteger(answer.AsSpan().Trim(), out var given);
        return Of(isInteger && given == right, isInteger);
    }
}
