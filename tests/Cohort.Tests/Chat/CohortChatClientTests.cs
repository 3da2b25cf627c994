using Cohort.Chat;
using Cohort.Data;
using Cohort.Models;
using Cohort.Tests.Cli;
using Microsoft.Extensions.AI;

namespace Cohort.Tests.Chat;

public sealed class CohortChatClientTests(TinyModel tiny) : IClassFixture<TinyModel>
{
    private const string Question = "3 7 4";

    // No token ends these answers, and the longest takes hours: a test ends only if the client can stop.
    private static readonly ModelConfig Endless = TinyModels.Shape with { ContextLength = 1_000_000, EndOfSequence = 99 };
    private static readonly ChatOptions Long = new() { MaxOutputTokens = 900_000, Seed = 4 };
    private static readonly ChatOptions Short = new() { MaxOutputTokens = 12, Seed = 4 };

    [Fact]
    public async Task Streamed_pieces_are_the_whole_answer()
    {
        using var client = Client(TinyModels.Shape);
        var finishes = new HashSet<ChatFinishReason?>();
        for (var seed = 0; seed < 20; seed++)
        {
            var options = new ChatOptions { Seed = seed, MaxOutputTokens = 8, Temperature = 1.2f };
            var updates = await client.GetStreamingResponseAsync(Question, options).ToListAsync();
            var response = await client.GetResponseAsync(Question, options);
            Assert.Equal(response.Text, string.Concat(updates.Select(update => update.Text)));
            Assert.Equal(response.FinishReason, updates[^1].FinishReason);
            Assert.All(updates[..^1], update => Assert.Null(update.FinishReason));
            Assert.Equal(ChatRole.Assistant, Assert.Single(response.Messages).Role);
            Assert.Equal(("tiny", response.ResponseId), (response.ModelId, response.Messages[0].MessageId));
            var (input, output, total) = (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount);
            Assert.Equal((3L, input + output), (input, total));
            Assert.InRange(output!.Value, 1, 8);
            if (response.FinishReason == ChatFinishReason.Length)
                Assert.Equal(8, output);
            finishes.Add(response.FinishReason);
        }

        Assert.Equal([ChatFinishReason.Length, ChatFinishReason.Stop], finishes.Select(finish => finish!.Value).OrderBy(finish => finish.Value));
    }

    [Fact]
    public async Task Large_temperatures_are_taken_and_refused_conversations_are_the_callers_mistake()
    {
        Assert.Equal(0.7, ChatRequest.SamplingOf(new() { Temperature = 0.7f }, 8).Temperature);
        Assert.ThrowsAny<ArgumentException>(() => ChatRequest.SamplingOf(new() { Temperature = 1e30f }, 8));
        using var client = new CohortChatClient(
            TinyModels.Policy(config: TinyModels.Shape), new IdTokenizer(13), _ => throw new DataException("roles must alternate"), "tiny");
        Assert.Contains("roles must alternate", (await Assert.ThrowsAsync<ArgumentException>(() => client.GetResponseAsync(Question))).Message);
    }

    [Fact]
    public async Task Same_seed_gives_the_same_answer_and_none_gives_another_each_time()
    {
        using var client = Client(Endless);
        using var same = Client(Endless);
        using var other = Client(Endless, seed: 2);
        var free = new ChatOptions { MaxOutputTokens = 12 };
        var answers = new List<string>();
        for (var request = 0; request < 4; request++)
        {
            answers.Add(await Ask(client, free));
            Assert.Equal(answers[^1], await Ask(same, free));
            Assert.NotEqual(answers[^1], await Ask(other, free));
        }

        Assert.Equal(4, answers.Distinct().Count());
        Assert.Equal(await Ask(client, Short), await Ask(other, Short));
        Assert.NotEqual(await Ask(client, Short), await Ask(client, new() { MaxOutputTokens = 12, Seed = 5 }));
    }

    [Fact]
    public async Task Options_are_those_of_sampling()
    {
        using var client = Client(Endless);
        var greedy = await Ask(client, new() { Temperature = 0, MaxOutputTokens = 12 });
        Assert.Equal(greedy, await Ask(client, new() { TopK = 1, MaxOutputTokens = 12 }));
        Assert.Equal(greedy, await Ask(client, new() { TopP = 1e-6f, MaxOutputTokens = 12 }));
        Assert.NotEqual(greedy, await Ask(client, Short));

        var stop = greedy.Substring(greedy.Length / 2, 3);
        var stopped = await client.GetResponseAsync(Question, new() { Temperature = 0, MaxOutputTokens = 12, StopSequences = ["nothing", stop] });
        Assert.Equal((greedy[..greedy.IndexOf(stop, StringComparison.Ordinal)], ChatFinishReason.Stop), (stopped.Text, stopped.FinishReason));
    }

    [Fact]
    public async Task Cancelling_stops_between_tokens_and_leaves_the_client_usable()
    {
        using var client = Client(Endless);
        var expected = await Ask(client, Short);
        using var cancel = new CancellationTokenSource();
        var pieces = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var update in client.GetStreamingResponseAsync(Question, Long, cancel.Token))
                if (++pieces == 3)
                    await cancel.CancelAsync();
        });
        Assert.Equal(expected, await Ask(client, Short));
        Assert.True(pieces >= 3);

        using var before = new CancellationTokenSource();
        await before.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.GetResponseAsync(Question, Long, before.Token));
        Assert.Equal(expected, await Ask(client, Short));
    }

    [Fact]
    public async Task Reader_that_goes_away_stops_its_request()
    {
        using var client = Client(Endless);
        await foreach (var _ in client.GetStreamingResponseAsync(Question, Long))
            break;
        Assert.NotEmpty(await Ask(client, Short));
    }

    [Fact]
    public async Task Requests_at_the_same_time_answer_as_they_would_alone()
    {
        using var client = Client(Endless);
        ChatOptions[] all = [.. Enumerable.Range(0, 8).Select(seed => new ChatOptions { MaxOutputTokens = 40, Seed = seed })];
        var together = await Task.WhenAll(all.Select(options => Task.Run(() => Ask(client, options))));
        for (var i = 0; i < all.Length; i++)
            Assert.Equal(await Ask(client, all[i]), together[i]);

        // A request that waits can be cancelled while another runs.
        using var cancel = new CancellationTokenSource();
        await using var running = client.GetStreamingResponseAsync(Question, Long, cancel.Token).GetAsyncEnumerator(CancellationToken.None);
        Assert.True(await running.MoveNextAsync());
        using var impatient = new CancellationTokenSource();
        var waiting = client.GetResponseAsync(Question, Short, impatient.Token);
        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.True(await running.MoveNextAsync());
    }

    [Fact]
    public async Task Disposing_ends_what_runs_and_what_waits()
    {
        var client = Client(Endless);
        await using var running = client.GetStreamingResponseAsync(Question, Long).GetAsyncEnumerator();
        Assert.True(await running.MoveNextAsync());
        var waiting = client.GetResponseAsync(Question, Long);
        client.Dispose();
        client.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () =>
        {
            while (await running.MoveNextAsync())
            {
            }
        });
        await Assert.ThrowsAsync<ObjectDisposedException>(() => waiting);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => client.GetResponseAsync(Question, Short));
    }

    [Fact]
    public async Task What_the_client_cannot_do_is_refused_by_name()
    {
        using var client = Client(TinyModels.Shape);
        await Refused(new() { Tools = [new HostedWebSearchTool()] }, "1 tools are offered: the client calls none");
        await Refused(new() { ResponseFormat = ChatResponseFormat.Json }, "ChatOptions.ResponseFormat asks for JSON");
        await Refused(new() { ConversationId = "c7" }, "ChatOptions.ConversationId is 'c7'");
        var image = new ChatMessage(ChatRole.User, [new TextContent("3"), new DataContent(new byte[] { 1 }, "image/png")]);
        var error = await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync([image]));
        Assert.Contains("Message 1 holds DataContent: the model reads text only", error.Message);
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.GetResponseAsync(Question, new() { TopP = 2 }));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => client.GetResponseAsync(Question, new() { MaxOutputTokens = 0 }));
        var tooLong = await Assert.ThrowsAsync<ArgumentException>(() => client.GetResponseAsync(string.Join(' ', Enumerable.Repeat("3", 40))));
        Assert.StartsWith("The messages are 40 tokens; a context of 40 needs", tooLong.Message);
        Assert.Contains("There are no messages", (await Assert.ThrowsAsync<ArgumentException>(() => client.GetResponseAsync([]))).Message);

        async Task Refused(ChatOptions options, string part) => Assert.Contains(
            part, (await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync(Question, options))).Message);
    }

    [Fact]
    public async Task Answer_ends_where_the_context_does()
    {
        using var client = Client(TinyModels.Shape with { EndOfSequence = 99 });
        var response = await client.GetResponseAsync(Question, new() { MaxOutputTokens = 1000 });
        Assert.Equal((37L, ChatFinishReason.Length), (response.Usage!.OutputTokenCount, response.FinishReason));
    }

    [Fact]
    public async Task Conversation_reaches_the_template_in_order_with_instructions_first()
    {
        IReadOnlyList<(string, string)> seen = [];
        using var client = new CohortChatClient(TinyModels.Policy(), new IdTokenizer(13), Note, "tiny");
        ChatMessage[] messages = [new(ChatRole.User, "a"), new(ChatRole.Assistant, [new TextContent("b"), new TextContent("c")]), new(ChatRole.User, "d")];
        await client.GetResponseAsync(messages, new() { Instructions = "be short" });
        Assert.Equal([("system", "be short"), ("user", "a"), ("assistant", "bc"), ("user", "d")], seen);

        IReadOnlyList<int> Note(IReadOnlyList<(string, string)> turns)
        {
            seen = turns;
            return [3];
        }
    }

    [Fact]
    public async Task Folder_without_a_template_continues_one_user_message_as_generate_does()
    {
        using var client = CohortChatClient.Load(tiny.Model);
        var response = await client.GetResponseAsync("2+2=", new() { Seed = 3, MaxOutputTokens = 12 });
        var line = CommandLine.Succeed("generate", "--model", tiny.Model, "--prompt", "2+2=", "--seed", "3", "--max-tokens", "12", "--json");
        Assert.Equal(line.Json.GetProperty("completions")[0].GetProperty("text").GetString(), response.Text);
        Assert.Equal(tiny.Model, response.ModelId);

        ChatMessage[] two = [new(ChatRole.System, "2"), new(ChatRole.User, "2")];
        Assert.StartsWith(
            "The model folder has no chat template, and 2 messages (system, user) cannot",
            (await Assert.ThrowsAsync<NotSupportedException>(() => client.GetResponseAsync(two))).Message);
    }

    [Fact]
    public void Services_are_the_client_and_its_metadata()
    {
        using var client = Client(TinyModels.Shape);
        Assert.Same(client, client.GetService(typeof(IChatClient)));
        Assert.Same(client, client.GetService<CohortChatClient>());
        var metadata = client.GetService<ChatClientMetadata>()!;
        Assert.Equal(("cohort", "tiny"), (metadata.ProviderName, metadata.DefaultModelId));
        Assert.Null(client.GetService(typeof(IChatClient), "key"));
        Assert.Null(client.GetService(typeof(string)));
    }

    private static CohortChatClient Client(ModelConfig config, ulong seed = 1)
    {
        var tokenizer = new IdTokenizer(13, config.EndOfSequence);
        return new(TinyModels.Policy(config: config), tokenizer, turns => tokenizer.Encode(Assert.Single(turns).Text), "tiny", seed);
    }

    private static async Task<string> Ask(CohortChatClient client, ChatOptions options) => (await client.GetResponseAsync(Question, options)).Text;
}
