using Cohort.Training;

namespace Cohort.Comparison;

/// <summary>One of those that a comparison sets against each other, on one task in one arm.</summary>
/// <param name="Task">The name of its run file, without ending.</param>
/// <param name="Arm">The arm.</param>
/// <param name="Name">The algorithm, or the variant's name.</param>
/// <param name="Options">Its options; each of its runs has a seed of its own.</param>
public sealed record Contender(string Task, Arm Arm, string Name, RunOptions Options);

/// <summary>A contender that is the run file with settings of its own.</summary>
/// <param name="Name">Letters, digits, '.', '_' and '-'.</param>
/// <param name="Sets">Settings, such as <c>rollout.samplesPerPrompt=4</c>.</param>
public sealed record Variant(string Name, IReadOnlyList<string> Sets)
{
    /// <summary>A variant as a command line writes it.</summary>
    /// <param name="text">A name, then settings, with blanks between them.</param>
    public static Variant Parse(string text) =>
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var name, .. var sets] ? new(name, sets) : new("", []);
}
