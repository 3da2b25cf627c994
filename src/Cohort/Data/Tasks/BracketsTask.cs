using Cohort.Tensors;

namespace Cohort.Data.Tasks;

/// <summary>Closes the brackets that a text left open, the innermost first: "([]{:" asks for "})".</summary>
public sealed class BracketsTask(int size) : BundledTask(Summary, size)
{
    private const string Openers = "([{<";
    private const string Closers = ")]}>";

    /// <summary>What the task is, and its sizes.</summary>
    public static TaskSummary Summary { get; } = new(TaskName.Brackets, "Close the brackets that were left open.", "brackets", 8, 3, 32);

    /// <inheritdoc/>
    public override string Alphabet => Openers + Closers + ":";

    /// <inheritdoc/>
    public override int LongestAnswer => Size;

    /// <inheritdoc/>
    public override Problem Generate(RandomSequence random)
    {
        var prefix = new char[Size];
        var open = new Stack<int>();
        for (var i = 0; i < Size; i++)
        {
            // One is open at the end, and a bracket closes more rarely than it opens, so that longer texts nest deeper.
            var fewest = i == Size - 1 ? 2 : 1;
            if (open.Count >= fewest && random.Next(3) == 0)
            {
                prefix[i] = Closers[open.Pop()];
            }
            else
            {
                open.Push(random.Next(Openers.Length));
                prefix[i] = Openers[open.Peek()];
            }
        }

        return Make(new string(prefix) + ":", string.Concat(open.Select(kind => Closers[kind])));
    }

    /// <inheritdoc/>
    public override string Demonstrate(Problem problem, RandomSequence random) => problem.Reference;

    /// <summary>The right brackets in a wrong order; where there is none ("))"), one is replaced.</summary>
    /// <inheritdoc/>
    public override string Distract(Problem problem, RandomSequence random) => Scramble.Of(problem.Reference, Closers, random);

    /// <summary>1 where the answer closes every open bracket and nothing else; well formed where it is as many closing brackets.</summary>
    /// <inheritdoc/>
    public override Score Verify(Problem problem, string answer) => Grade.Text(problem, answer, Closers);
}
