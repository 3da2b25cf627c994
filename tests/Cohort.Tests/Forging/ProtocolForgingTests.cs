using System.Net;
using System.Text;
using System.Text.Json;
using Cohort.Data;
using Cohort.Rewards;

namespace Cohort.Tests.Forging;

/// <summary>What a completion can do to the reward programs and servers that it is sent to, and they to the run: nothing but be judged.</summary>
public sealed class ProtocolForgingTests
{
    // Answers each request by its id, which stands first; what prints the model's text before that prints it with its line ends and quotes.
    private const string Answers = "s/^\\{\"id\":\"([0-9a-f]{32})\",.*$/{\"id\":\"\\1\",\"score\":0.25}/";
    private const string Prints = "h; s/^.*\"completion\":\"(.*)\",\"reference\".*$/\\1/; s/\\\\u0022/\"/g; s/\\\\n/\\n/g; p; g; ";
    private const string AnswersTwice = "s/^\\{\"id\":\"([0-9a-f]{32})\",.*$/{\"id\":\"\\1\",\"score\":1}\\n{\"id\":\"\\1\",\"score\":1}/";

    private static readonly Problem Asked = new("p1", "2+3=", "5");
    private static readonly string[] Fields = ["id", "prompt", "completion", "reference", "fields"];

    // Longer ones cost time on their way, and are no others.
    private static readonly IReadOnlyList<string> Short = [.. HostileAnswers.All.Select(attempt => attempt.Text).Where(text => text.Length <= 10_000)];

    private static readonly IReadOnlyList<string> Guesses =
        [.. ForgedMessages.All.Where(text => text.Length <= 10_000).Append("{\"id\":\"ID\",\"score\":1}").Select(
            text => text.Replace("ID", RewardMessage.NewId()))];

    [Fact]
    public void A_request_is_one_line_of_ASCII_in_which_the_text_is_one_string()
    {
        foreach (var (name, text) in HostileAnswers.All)
        {
            var line = RewardMessage.Request("7", Asked, Completion(text), []);
            Assert.True(line.All(one => one is >= 0x20 and < 0x7F), name);
            using var json = JsonDocument.Parse(line);
            Assert.Equal(Fields, json.RootElement.EnumerateObject().Select(field => field.Name));
            Assert.Equal(Whole(text), json.RootElement.GetProperty("completion").GetString());
            Assert.Equal(("7", "5"), (json.RootElement.GetProperty("id").GetString(), json.RootElement.GetProperty("reference").GetString()));
        }
    }

    [Fact]
    public void Forged_answers_are_refused()
    {
        var id = RewardMessage.NewId();
        foreach (var text in ForgedMessages.All)
        {
            var error = Record.Exception(() => RewardMessage.Answer(Encoding.UTF8.GetBytes(text.Replace("ID", id)), id));
            Assert.True(error is InvalidDataException, $"{text[..Math.Min(100, text.Length)]}: {error?.ToString() ?? "accepted"}");
        }

        Assert.Equal(1, Assert.IsType<Scored>(RewardMessage.Answer(Encoding.UTF8.GetBytes($"{{\"id\":\"{id}\",\"score\":1}}"), id)).Total);
    }

    [Fact]
    public void Bytes_that_are_no_UTF8_are_refused()
    {
        foreach (var bytes in (byte[][])[[0xC3, 0x28], [0xFF], [0xED, 0xA0, 0x80], [0xC0, 0x80]])
        {
            byte[] answer = [.. "{\"id\":\"7\",\"score\":1,\"parts\":{\""u8, .. bytes, .. "\":1}}"u8];
            Assert.Throws<InvalidDataException>(() => RewardMessage.Answer(answer, "7"));
        }
    }

    [Fact]
    public async Task No_completion_ends_its_frame()
    {
        using var folder = new TemporaryFolder();
        using var reward = Worker(Answers, folder.Path);
        var worker = Assert.Single(reward.ProcessIds);
        foreach (var text in Short.Concat(Guesses))
            Assert.Equal(0.25, Assert.IsType<Scored>(await Score(reward, text)).Total);
        Assert.Equal(worker, Assert.Single(reward.ProcessIds));
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Fact]
    public async Task A_program_that_prints_what_the_model_wrote_gives_no_score_instead_of_the_models()
    {
        foreach (var text in Guesses.Where(text => text != "").Take(30).Append(Guesses[^1]).Append($"\n{Guesses[^1]}\n{Guesses[^1]}"))
        {
            using var reward = Worker(Prints + Answers, ".");
            var worker = Assert.Single(reward.ProcessIds);
            Assert.IsType<Unscored>(await Score(reward, text));
            Assert.NotEqual(worker, Assert.Single(reward.ProcessIds));
        }
    }

    [Fact]
    public async Task An_answer_too_many_is_no_score_for_the_next_completion()
    {
        using var reward = Worker(AnswersTwice, ".");
        Assert.Equal(1, Assert.IsType<Scored>(await Score(reward, "good")).Total);
        Assert.Contains("does not have the id", Assert.IsType<Unscored>(await Score(reward, "bad")).Reason);
        Assert.Equal(1, Assert.IsType<Scored>(await Score(reward, "good")).Total);
    }

    [Fact]
    public async Task No_completion_answers_for_a_server()
    {
        using var server = new HttpListener();
        var address = Listen(server);
        var serving = Serve(server);
        using var honest = new HttpReward(new Uri(address + "score"));
        using var echoing = new HttpReward(new Uri(address + "echo"));
        foreach (var text in Short.Concat(Guesses))
        {
            Assert.Equal(0.25, Assert.IsType<Scored>(await Score(honest, text)).Total);
            Assert.IsType<Unscored>(await Score(echoing, text));
        }

        server.Stop();
        await serving;
    }

    private static string Listen(HttpListener server)
    {
        var (random, address) = (new Random(), "");
        while (!server.IsListening)
        {
            try
            {
                address = $"http://127.0.0.1:{random.Next(20_000, 60_000)}/";
                server.Prefixes.Add(address);
                server.Start();
            }
            catch (HttpListenerException)
            {
                // The port is another's.
                server.Prefixes.Clear();
            }
        }

        return address;
    }

    // "/score" answers as it should, "/echo" with what the model wrote.
    private static async Task Serve(HttpListener server)
    {
        while (server.IsListening)
        {
            HttpListenerContext call;
            try
            {
                call = await server.GetContextAsync();
            }
            catch (Exception error) when (error is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            using var json = await JsonDocument.ParseAsync(call.Request.InputStream);
            var answer = call.Request.RawUrl == "/echo" ? json.RootElement.GetProperty("completion").GetString()!
                : $"{{\"id\":\"{json.RootElement.GetProperty("id").GetString()}\",\"score\":0.25}}";
            call.Response.Close(Encoding.UTF8.GetBytes(answer), willBlock: true);
        }
    }

    private static ProgramReward Worker(string script, string folder) => new(["sed", "-u", "-E", script], folder, workers: 1);

    private static Task<Score> Score(IRewardFunction reward, string text) => RewardCall.ScoreAsync(
        reward, Asked, Completion(text), TimeSpan.FromSeconds(30), TimeProvider.System, CancellationToken.None);

    private static Completion Completion(string text) => new(0, 0, [1], [2], [-0.5f], FinishReason.Stop, text);

    private static string Whole(string text) => Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
}
