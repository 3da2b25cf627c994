using Cohort.Chat;
using Microsoft.Extensions.AI;

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) => { key.Cancel = true; stop.Cancel(); };

using IChatClient client = CohortChatClient.Load(args[0]);
var options = new ChatOptions { Temperature = 0.7f, TopP = 0.9f, MaxOutputTokens = 256, Seed = 1 };
var updates = new List<ChatResponseUpdate>();
try
{
    await foreach (var update in client.GetStreamingResponseAsync(args[1], options, stop.Token))
    {
        Console.Write(update.Text);
        updates.Add(update);
    }

    var response = updates.ToChatResponse();
    Console.WriteLine($"\n({response.Usage!.OutputTokenCount} tokens, {response.FinishReason})");
}
catch (OperationCanceledException)
{
    Console.WriteLine("\n(stopped)");
}
