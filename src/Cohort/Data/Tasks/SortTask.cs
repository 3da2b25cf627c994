using Cohort.Tensors;

namespace Cohort.Data.Tasks;

/// <summary>Sorts digits: "31415926=" asks for "11234569".</summary>
public sealed class SortTask(int size) : BundledTask(Summary, size)
{
    private const string Digits = "0123456789";

    /// <summary>What the task is, and its sizes.</summary>
    public static TaskSummary Summary { get; } = new(TaskName.Sort, "Sort the digits of a number in ascending order.", "digits", 8, 2, 16);

    /// <inheritdoc/>
    public override string Alphabet => Digits + "=";

    /// <inheritdoc/>
    public override int LongestAnswer => Size;

    /// <inheritdoc/>
    public override Problem Generate(RandomSequence random)
    {
        var digits = new char[Size];
        for (var i = 0; i < Size; i++)
            digits[i] = Digits[random.Next(Digits.Length)];

        return Make(new string(digits) + "=", string.Concat(digits.Order()));
    }

    /// <inheritdoc/>
    public override string Demonstrate(Problem problem, RandomSequence random) => problem.Reference;

    /// <summary>The right digits in a wrong order; where there is none ("777"), one digit is replaced.</summary>
    /// <inheritdoc/>
    public override string Distract(Problem problem, RandomSequence random) => Scramble.Of(problem.Reference, Digits, random);

    /// <summary>1 where the answer is the reference; well formed where it is as many digits.</summary>
    /// <inheritdoc/>
    public override Score Verify(Problem problem, string answer) => Grade.Text(problem, answer, Digits);
}
