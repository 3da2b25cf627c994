using System.Text.Json;
using Cohort.Tokenization;

namespace Cohort.Data;

/// <summary>One question of the data set: what the policy is asked, and what a reward may compare its answer with.</summary>
/// <param name="Id">Names the problem in logs; unique within a data set.</param>
/// <param name="Prompt">The text that the policy continues; of a conversation, its messages as logs show them.</param>
/// <param name="Reference">What the reward compares a completion with; for the bundled tasks, the correct answer.</param>
public sealed record Problem(string Id, string Prompt, string Reference)
{
    internal static readonly IReadOnlyDictionary<string, JsonElement> NoFields = new Dictionary<string, JsonElement>();

    /// <summary>The messages that the policy answers, written for it with its chat template; empty where the prompt is a text.</summary>
    public IReadOnlyList<ChatTurn> Turns { get; init; } = [];

    /// <summary>Further fields of the problem's row, by name, for rewards that need more than the reference; of a countdown its numbers and target.</summary>
    public IReadOnlyDictionary<string, JsonElement> Fields { get; init; } = NoFields;

    /// <summary>What decides the split: the prompt, or how the conversation begins, so that all turns of one stay together.</summary>
    internal string SplitKey => Turns.Count == 0 ? Prompt : Conversation.Text(Conversation.Opening(Turns));

    /// <summary>A problem whose prompt is a conversation.</summary>
    /// <param name="id">Names the problem in logs.</param>
    /// <param name="turns">The messages, at least one.</param>
    /// <param name="reference">What the reward compares a completion with.</param>
    public static Problem OfTurns(string id, IReadOnlyList<ChatTurn> turns, string reference) =>
        new(id, Conversation.Text(turns), reference) { Turns = turns };
}
