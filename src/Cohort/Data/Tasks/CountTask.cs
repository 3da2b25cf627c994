using Cohort.Tensors;

namespace Cohort.Data.Tasks;

/// <summary>Counts a letter in a word: "banana,a:" asks for "3". Every count from 0 to the word's length is equally frequent.</summary>
public sealed class CountTask(int size) : BundledTask(Summary, size)
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz";

    /// <summary>What the task is, and its sizes.</summary>
    public static TaskSummary Summary { get; } = new(TaskName.Count, "Count how often a letter stands in a word.", "letters", 6, 2, 32);

    /// <inheritdoc/>
    public override string Alphabet => Letters + "0123456789,:";

    /// <inheritdoc/>
    public override int LongestAnswer => Size < 10 ? 1 : 2;

    /// <inheritdoc/>
    public override Problem Generate(RandomSequence random)
    {
        var letter = random.Next(Letters.Length);
        var count = random.Next(0, Size);
        var word = new char[Size];
        var places = Seeds.Permutation(Size, random);
        for (var i = 0; i < Size; i++)
        {
            var other = (letter + random.Next(1, Letters.Length - 1)) % Letters.Length;
            word[places[i]] = Letters[i < count ? letter : other];
        }

        return Make($"{new string(word)},{Letters[letter]}:", $"{count}");
    }

    /// <inheritdoc/>
    public override string Demonstrate(Problem problem, RandomSequence random) => problem.Reference;

    /// <summary>Another count between 0 and the word's length.</summary>
    /// <inheritdoc/>
    public override string Distract(Problem problem, RandomSequence random)
    {
        var right = long.Parse(problem.Reference);
        return $"{(right + random.Next(1, Size)) % (Size + 1)}";
    }

    /// <summary>1 where the answer is the count as a decimal integer; well formed where it is any integer.</summary>
    /// <inheritdoc/>
    public override Score Verify(Problem problem, string answer) => Grade.Integer(problem, answer);
}
