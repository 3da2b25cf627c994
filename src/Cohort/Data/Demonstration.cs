using Cohort.Tokenization;

namespace Cohort.Data;

/// <summary>One pair for supervised fine-tuning.</summary>
/// <param name="Problem">The problem, whose prompt the completion continues.</param>
/// <param name="Completion">The text to learn, without an end-of-sequence token.</param>
public sealed record Demonstration(Problem Problem, string Completion)
{
    /// <summary>The completion as the assistant's message, where the prompt is written with a chat template.</summary>
    public ChatTurn Answer { get; init; } = new(Conversation.Assistant, Completion);
}
