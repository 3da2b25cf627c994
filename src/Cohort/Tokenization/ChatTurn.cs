using System.Text.Json;

namespace Cohort.Tokenization;

/// <summary>One message of a conversation.</summary>
/// <param name="Role">Who speaks: most often "system", "user", "assistant" or "tool"; the template says which it knows.</param>
/// <param name="Content">What is said, as text.</param>
public sealed record ChatTurn(string Role, string Content)
{
    private static readonly Dictionary<string, JsonElement> NoFields = [];

    /// <summary>What else the template may read, such as "tool_calls" or "reasoning_content"; a "content" here stands in place of the text.</summary>
    public IReadOnlyDictionary<string, JsonElement> Fields { get; init; } = NoFields;
}
