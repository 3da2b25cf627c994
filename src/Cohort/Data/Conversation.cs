using System.Text.Json;
using Cohort.Tokenization;

namespace Cohort.Data;

/// <summary>Messages as data sets hold them.</summary>
internal static class Conversation
{
    /// <summary>The role of the model's own messages.</summary>
    public const string Assistant = "assistant";

    /// <summary>Messages as people read them in logs: each behind its role. The model never sees this text.</summary>
    public static string Text(IEnumerable<ChatTurn> turns) => string.Join('\n', turns.Select(turn => $"{turn.Role}: {turn.Content}"));

    /// <summary>How many messages two conversations begin with that are the same, all their fields included.</summary>
    public static int SharedCount(IReadOnlyList<ChatTurn> one, IReadOnlyList<ChatTurn> other) =>
        one.Zip(other).TakeWhile(pair => IsSame(pair.First, pair.Second)).Count();

    /// <summary>What a conversation begins with, before the assistant says anything: conversations that share it stay in one split.</summary>
    public static IEnumerable<ChatTurn> Opening(IEnumerable<ChatTurn> turns) => turns.TakeWhile(turn => turn.Role != Assistant);

    private static bool IsSame(ChatTurn one, ChatTurn other) =>
        one.Role == other.Role && one.Content == other.Content && one.Fields.Count == other.Fields.Count
        && one.Fields.All(field => other.Fields.TryGetValue(field.Key, out var value) && JsonElement.DeepEquals(field.Value, value));
}
