using System.Text.Json;
using Cohort.Parsing;
using Cohort.Tensors;

namespace Cohort.Data.Tasks;

/// <summary>
/// Reaches a target with every given number used once and + - *: "3,7,12>22:" asks for "3+7+12", or any other right expression.
/// </summary>
public sealed class CountdownTask(int size) : BundledTask(Summary, size)
{
    /// <summary>The problem's field with its numbers.</summary>
    internal const string NumbersField = "numbers";

    /// <summary>The problem's field with its target.</summary>
    internal const string TargetField = "target";

    private const int LargestNumber = 15;
    private const int LargestTarget = 99;
    private const int Attempts = 16;

    /// <summary>What the task is, and its sizes.</summary>
    public static TaskSummary Summary { get; } = new(
        TaskName.Countdown,
        "Write an expression with + - * that reaches a target, each number used once.",
        "numbers",
        DefaultSize: 3,
        SmallestSize: 2,
        LargestSize: CountdownTerm.MaxNumbers);

    /// <inheritdoc/>
    public override string Alphabet => "0123456789,>:" + ExactArithmetic.Operators + "()";

    /// <summary>Two digits for each number, an operator between any two, brackets around all inner results but the last.</summary>
    public override int LongestAnswer => (2 * Size) + (Size - 1) + (2 * (Size - 2));

    /// <inheritdoc/>
    public override Problem Generate(RandomSequence random)
    {
        var numbers = new long[Size];
        for (var i = 0; i < Size; i++)
            numbers[i] = random.Next(1, LargestNumber);

        var solution = CountdownTerm.Sum(numbers);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var drawn = CountdownTerm.Draw(numbers, random);
            if (drawn.Value is > 0 and <= LargestTarget)
            {
                solution = drawn;
                break;
            }
        }

        return Make(new CountdownPrompt(numbers, solution.Value).ToString(), solution.Text) with
        {
            Fields = new Dictionary<string, JsonElement>
            {
                [NumbersField] = JsonSerializer.SerializeToElement(numbers),
                [TargetField] = JsonSerializer.SerializeToElement(solution.Value),
            },
        };
    }

    /// <summary>A right expression, found by a search in random order.</summary>
    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The prompt is not of this task, has too many numbers, or has no solution.</exception>
    public override string Demonstrate(Problem problem, RandomSequence random)
    {
        var prompt = Parse(problem);
        if (CountdownTerm.TrySolve(prompt.Numbers, prompt.Target, random, out var text))
            return text;

        throw new ArgumentException($"No expression with + - * solves the problem {problem.Id}; remove it.", nameof(problem));
    }

    /// <summary>An expression that uses each number once and misses the target.</summary>
    /// <inheritdoc/>
    public override string Distract(Problem problem, RandomSequence random)
    {
        var prompt = Parse(problem);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var drawn = CountdownTerm.Draw(prompt.Numbers, random);
            if (drawn.Value != prompt.Target)
                return drawn.Text;
        }

        // Numbers are positive, so that the sum with its last sign turned has another value than the sum.
        var sum = CountdownTerm.Sum(prompt.Numbers);
        return sum.Value != prompt.Target ? sum.Text : CountdownTerm.Sum(prompt.Numbers, lastOperator: '-').Text;
    }

    /// <summary>1 where the answer uses each number exactly once and reaches the target; well formed where it is an expression.</summary>
    /// <inheritdoc/>
    public override Score Verify(Problem problem, string answer)
    {
        return CountdownPrompt.TryParse(problem.Prompt, out var prompt) ? prompt.Judge(answer)
            : Score.None($"the prompt of problem {problem.Id} is not a countdown, such as \"3,7,12>22:\"");
    }

    private static CountdownPrompt Parse(Problem problem)
    {
        if (!CountdownPrompt.TryParse(problem.Prompt, out var prompt) || prompt.Numbers.Count > Summary.LargestSize)
        {
            throw new ArgumentException(
                $"\"{problem.Prompt}\" is not a countdown of 2 to {Summary.LargestSize} numbers, such as \"3,7,12>22:\".", nameof(problem));
        }

        return prompt;
    }
}
