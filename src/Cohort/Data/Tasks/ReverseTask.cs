using Cohort.Tensors;

namespace Cohort.Data.Tasks;

/// <summary>Writes a word backwards: "drawer:" asks for "reward".</summary>
public sealed class ReverseTask(int size) : BundledTask(Summary, size)
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";

    /// <summary>What the task is, and its sizes.</summary>
    public static TaskSummary Summary { get; } = new(TaskName.Reverse, "Write a word of random letters backwards.", "letters", 6, 2, 32);

    /// <inheritdoc/>
    public override string Alphabet => Letters + ":";

    /// <inheritdoc/>
    public override int LongestAnswer => Size;

    /// <inheritdoc/>
    public override Problem Generate(RandomSequence random)
    {
        var word = new char[Size];
        for (var i = 0; i < Size; i++)
            word[i] = Letters[random.Next(Letters.Length)];

        return Make(new string(word) + ":", string.Concat(word.Reverse()));
    }

    /// <inheritdoc/>
    public override string Demonstrate(Problem problem, RandomSequence random) => problem.Reference;

    /// <summary>The right letters in a wrong order; where there is none ("aaa"), one letter is replaced.</summary>
    /// <inheritdoc/>
    public override string Distract(Problem problem, RandomSequence random) => Scramble.Of(problem.Reference, Letters, random);

    /// <summary>1 where the answer is the reference; well formed where it is as many lower-case letters.</summary>
    /// <inheritdoc/>
    public override Score Verify(Problem problem, string answer) => Grade.Text(problem, answer, Letters);
}
