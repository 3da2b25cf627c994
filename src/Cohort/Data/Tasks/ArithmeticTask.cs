using Cohort.Parsing;
using Cohort.Tensors;

namespace Cohort.Data.Tasks;

/// <summary>Adds, subtracts or multiplies two numbers of <see cref="BundledTask.Size"/> digits: "12*34=" asks for "408".</summary>
public sealed class ArithmeticTask(int size) : BundledTask(Summary, size)
{
    private const string Operators = "+-*";

    /// <summary>What the task is, and its sizes.</summary>
    public static TaskSummary Summary { get; } = new(TaskName.Arithmetic, "Add, subtract or multiply two numbers.", "digits", 2, 1, 6);

    /// <inheritdoc/>
    public override string Alphabet => "0123456789" + Operators + "=";

    /// <summary>A product has up to twice the digits of its factors; no sum or difference is longer.</summary>
    public override int LongestAnswer => 2 * Size;

    /// <inheritdoc/>
    public override Problem Generate(RandomSequence random)
    {
        var (left, right) = (Operand(random), Operand(random));
        var symbol = Operators[random.Next(Operators.Length)];
        ExactArithmetic.TryApply(symbol, left, right, out var value);
        return Make($"{left}{symbol}{right}=", $"{value}");
    }

    /// <inheritdoc/>
    public override string Demonstrate(Problem problem, RandomSequence random) => problem.Reference;

    /// <summary>A near miss: wrong by 1 to 9, towards or across zero.</summary>
    /// <inheritdoc/>
    public override string Distract(Problem problem, RandomSequence random) => NearMiss.Of(problem.Reference, random);

    /// <summary>1 where the answer is the right decimal integer; well formed where it is any integer.</summary>
    /// <inheritdoc/>
    public override Score Verify(Problem problem, string answer) => Grade.Integer(problem, answer);

    // Exactly Size digits, so that prompts of a size have one width; 0 to 9 for one digit.
    private int Operand(RandomSequence random)
    {
        var end = (int)Math.Pow(10, Size);
        return random.Next(Size == 1 ? 0 : end / 10, end - 1);
    }
}
