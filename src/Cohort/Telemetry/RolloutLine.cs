namespace Cohort.Telemetry;

/// <summary>One line of rollouts.jsonl: one completion, what it was worth, and what was learned from it.</summary>
/// <param name="Step">The step, from 1.</param>
/// <param name="Prompt">Which prompt of the step it answers, from 0.</param>
/// <param name="Sample">Which of the prompt's samples it is, from 0.</param>
/// <param name="ProblemId">The problem's name.</param>
/// <param name="PromptText">What the policy was asked.</param>
/// <param name="Completion">What it answered, without special tokens.</param>
/// <param name="Finish">Why it ended: "stop" or "length".</param>
/// <param name="Tokens">Sampled tokens, the end-of-sequence token included.</param>
/// <param name="Score">The total score; NaN where it has none.</param>
/// <param name="Unscored">Why it has no score; empty where it has one.</param>
/// <param name="Parts">The score's named parts.</param>
/// <param name="Advantage">The advantage, its mean over the tokens where it differs by token.</param>
public sealed record RolloutLine(
    long Step,
    int Prompt,
    int Sample,
    string ProblemId,
    string PromptText,
    string Completion,
    string Finish,
    int Tokens,
    double Score,
    string Unscored,
    IReadOnlyDictionary<string, double> Parts,
    double Advantage)
{
    /// <summary>The tokens, the first 2,048 of them; only in some steps, and else none.</summary>
    public IReadOnlyList<RolloutToken> Details { get; init; } = [];
}
