using Cohort.Tensors;

namespace Cohort.Data.Tasks;

/// <summary>A bundled task by name, as it stands in a run file.</summary>
public enum TaskName
{
    /// <summary>Sort the digits of a number.</summary>
    Sort,

    /// <summary>Reach a target with some numbers and + - *.</summary>
    Countdown,

    /// <summary>Add, subtract or multiply.</summary>
    Arithmetic,

    /// <summary>Write a word backwards.</summary>
    Reverse,

    /// <summary>Count a letter in a word.</summary>
    Count,

    /// <summary>Close the brackets that were left open.</summary>
    Brackets,

    /// <summary>Add days to a date, or subtract them.</summary>
    Dates,

    /// <summary>Solve a linear equation.</summary>
    Equations,
}

/// <summary>A procedural task: makes problems from random numbers, shows right answers, verifies answers with bounded parsers.</summary>
public abstract class BundledTask
{
    private readonly TaskSummary _summary;

    private protected BundledTask(TaskSummary summary, int size) => (_summary, Size) = (summary, summary.Resolve(size));

    /// <summary>Which task it is.</summary>
    public TaskName Name => _summary.Name;

    /// <summary>The name as it stands in run files: in lower case.</summary>
    public string Id => _summary.Id;

    /// <summary>One sentence for `cohort tasks`.</summary>
    public string Description => _summary.Description;

    /// <summary>What <see cref="Size"/> counts, e.g. "digits".</summary>
    public string SizeUnit => _summary.SizeUnit;

    /// <summary>How large a problem is, in <see cref="SizeUnit"/>.</summary>
    public int Size { get; }

    /// <summary>Every character that a prompt or a right answer may contain: the alphabet of a character tokenizer.</summary>
    public abstract string Alphabet { get; }

    /// <summary>The longest answer that <see cref="Demonstrate"/> or <see cref="Distract"/> gives, in characters.</summary>
    public abstract int LongestAnswer { get; }

    /// <summary>Draws one problem. The same random numbers give the same problem; two equal problems have equal ids.</summary>
    /// <param name="random">Source of every random choice.</param>
    public abstract Problem Generate(RandomSequence random);

    /// <summary>A right answer to the problem, as SFT shows it; without an end-of-sequence token.</summary>
    /// <param name="problem">A problem of this task.</param>
    /// <param name="random">Chooses among several right answers.</param>
    public abstract string Demonstrate(Problem problem, RandomSequence random);

    /// <summary>A wrong answer that looks like a right one, for demonstrations that are noisy on purpose.</summary>
    /// <param name="problem">A problem of this task.</param>
    /// <param name="random">Chooses among the wrong answers.</param>
    public abstract string Distract(Problem problem, RandomSequence random);

    /// <summary>Scores an answer: 1 where it is right; parts "correct" and "format", each 0 or 1.</summary>
    /// <param name="problem">The problem; its prompt and reference are trusted, the answer is not.</param>
    /// <param name="answer">Model-written text of any length and content. It is parsed in bounded time, never evaluated.</param>
    public abstract Score Verify(Problem problem, string answer);

    // A user's file may hold a prompt of the same form, so ids come from the prompt and nothing else.
    private protected Problem Make(string prompt, string reference) => new($"{Id}:{prompt}", prompt, reference);
}
