namespace Cohort.Data;

/// <summary>One pair for supervised fine-tuning.</summary>
/// <param name="Problem">The problem, whose prompt the completion continues.</param>
/// <param name="Completion">The text to learn, without an end-of-sequence token.</param>
public sealed record Demonstration(Problem Problem, string Completion);
