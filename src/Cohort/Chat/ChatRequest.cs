using System.Globalization;
using Cohort.Rollouts;
using Microsoft.Extensions.AI;

namespace Cohort.Chat;

/// <summary>What one request asks of the model.</summary>
/// <param name="Prompt">Token ids.</param>
/// <param name="Sampling">How to draw, and where to end.</param>
/// <param name="Seed">Where the random numbers come from.</param>
internal sealed record ChatRequest(IReadOnlyList<int> Prompt, EvaluationSampling Sampling, SampleSeed Seed)
{
    // Where the caller gives no limit, an answer that never ends stops here.
    private const int UsualMaxTokens = 1024;

    /// <summary>The name of the request and of its answer.</summary>
    public string Id { get; } = $"cohort-{Guid.NewGuid():N}";

    /// <summary>When it was made.</summary>
    public DateTimeOffset CreatedAt { get; } = TimeProvider.System.GetUtcNow();

    /// <summary>Who says what, in order; the instructions of the options come first, as a system message.</summary>
    /// <exception cref="NotSupportedException">A message holds something that is not text.</exception>
    public static IReadOnlyList<(string Role, string Text)> Turns(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var turns = new List<(string Role, string Text)>();
        if (options?.Instructions is { Length: > 0 } instructions)
        {
            turns.Add((ChatRole.System.Value, instructions));
        }

        foreach (var message in messages)
        {
            var foreign = message.Contents.FirstOrDefault(content => content is not TextContent);
            Require(foreign is null, $"Message {turns.Count + 1} holds {foreign?.GetType().Name}: the model reads text only; send TextContent.");
            turns.Add((message.Role.Value, message.Text));
        }

        return turns.Count > 0 ? turns : throw new ArgumentException("There are no messages; send at least one.", nameof(messages));
    }

    /// <summary>How to draw, and where to end.</summary>
    /// <param name="options">What the caller asks for; what is not set is the model's own distribution, at most 1024 tokens.</param>
    /// <param name="room">Tokens that the prompt leaves of the context, at least 1.</param>
    /// <exception cref="NotSupportedException">The caller asks for something that the client cannot do and must not leave out in silence.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static EvaluationSampling SamplingOf(ChatOptions? options, int room)
    {
        var asked = options ?? new ChatOptions();
        Require(
            asked.Tools is not { Count: > 0 } || asked.ToolMode is NoneChatToolMode,
            $"{asked.Tools?.Count} tools are offered: the client calls none; leave ChatOptions.Tools empty.");
        Require(
            asked.ResponseFormat is null or ChatResponseFormatText,
            "ChatOptions.ResponseFormat asks for JSON: the client does not constrain what is sampled; leave it out, and ask for JSON in the messages.");
        Require(
            string.IsNullOrEmpty(asked.ConversationId),
            $"ChatOptions.ConversationId is '{asked.ConversationId}': the client keeps no conversation; send all of its messages.");
        return new EvaluationSampling
        {
            Temperature = Exact(asked.Temperature ?? 1),
            TopK = asked.TopK ?? 0,
            TopP = Exact(asked.TopP ?? 1),
            MaxNewTokens = Math.Min(room, asked.MaxOutputTokens ?? UsualMaxTokens),
            Stop = [.. asked.StopSequences ?? []],
        };
    }

    // 0.7f is meant as 0.7, and so are its draws.
    private static double Exact(float value) =>
        double.Parse(value.ToString("R", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    private static void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new NotSupportedException(message);
        }
    }
}
