using Cohort.Tensors;

namespace Cohort.Data.Tasks;

/// <summary>Solves a linear equation for a whole number of at most <see cref="BundledTask.Size"/> digits: "3*x-7=20,x=" asks for "9".</summary>
public sealed class EquationsTask(int size) : BundledTask(Summary, size)
{
    /// <summary>What the task is, and its sizes.</summary>
    public static TaskSummary Summary { get; } = new(TaskName.Equations, "Solve a*x+b=c for a whole number x.", "digits", 2, 1, 6);

    /// <inheritdoc/>
    public override string Alphabet => "0123456789+-*=,x";

    /// <summary>The digits and a minus.</summary>
    public override int LongestAnswer => Size + 1;

    /// <inheritdoc/>
    public override Problem Generate(RandomSequence random)
    {
        var end = (int)Math.Pow(10, Size);
        var factor = random.Next(Math.Max(2, end / 10), end - 1);
        var term = random.Next(end / 10, end - 1);
        var symbol = "+-"[random.Next(2)];
        var solution = random.Next(1 - end, end - 1);
        var value = ((long)factor * solution) + (symbol == '+' ? term : -term);
        return Make($"{factor}*x{symbol}{term}={value},x=", $"{solution}");
    }

    /// <inheritdoc/>
    public override string Demonstrate(Problem problem, RandomSequence random) => problem.Reference;

    /// <summary>A near miss: wrong by 1 to 9, towards or across zero.</summary>
    /// <inheritdoc/>
    public override string Distract(Problem problem, RandomSequence random) => NearMiss.Of(problem.Reference, random);

    /// <summary>1 where the answer is the right decimal integer; well formed where it is any integer.</summary>
    /// <inheritdoc/>
    public override Score Verify(Problem problem, string answer) => Grade.Integer(problem, answer);
}
