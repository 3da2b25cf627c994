using Cohort.Tokenization;

namespace Cohort.Data;

/// <summary>One comparison for a reward model: of two completions of a prompt, the one that is preferred.</summary>
/// <param name="Problem">The problem, whose prompt the completions continue.</param>
/// <param name="Chosen">The preferred completion, without an end-of-sequence token.</param>
/// <param name="Rejected">The other one.</param>
/// <param name="Margin">By how much the preferred one is better, in units of the score; at least 0.</param>
public sealed record Preference(Problem Problem, string Chosen, string Rejected, double Margin = 0)
{
    /// <summary>The preferred completion as the assistant's message, where the prompt is written with a chat template.</summary>
    public ChatTurn ChosenAnswer { get; init; } = new(Conversation.Assistant, Chosen);

    /// <summary>The other completion as the assistant's message.</summary>
    public ChatTurn RejectedAnswer { get; init; } = new(Conversation.Assistant, Rejected);
}
