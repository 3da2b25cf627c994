namespace Cohort.Data;

/// <summary>Why a completion ended.</summary>
public enum FinishReason
{
    /// <summary>It ended by itself: its last token is an end of sequence, or completed a stop string.</summary>
    Stop,

    /// <summary>The length limit cut it off.</summary>
    Length,
}

/// <summary>One sampled answer to one prompt, in plain .NET memory.</summary>
/// <param name="PromptIndex">Which prompt of the step it answers, from 0.</param>
/// <param name="SampleIndex">Which of the prompt's samples it is, from 0.</param>
/// <param name="PromptTokens">Token ids of the prompt; shared by the group.</param>
/// <param name="ResponseTokens">
/// Sampled token ids, at least one; the end of sequence, or the token that completed a stop string, is the last where one was sampled.
/// </param>
/// <param name="BehaviourLogProbs">Per response token, log-probability in nats under the distribution it was drawn from.</param>
/// <param name="FinishReason">Whether it ended by itself or was cut off.</param>
/// <param name="Text">
/// The response as text, without special tokens and without the end of sequence; where a stop string ended it, what stands before that string, or
/// up to its end where the sampling says so.
/// </param>
public sealed record Completion(
    int PromptIndex,
    int SampleIndex,
    IReadOnlyList<int> PromptTokens,
    IReadOnlyList<int> ResponseTokens,
    IReadOnlyList<float> BehaviourLogProbs,
    FinishReason FinishReason,
    string Text);
