using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Cohort.Data;
using Cohort.Rewards;

namespace Cohort.Tests.Rewards;

public sealed class HttpRewardTests
{
    private static readonly Problem Asked = new("p1", "2+3=", "5");

    [Fact]
    public async Task Answer_of_the_server_is_the_score_with_its_parts_and_steps()
    {
        var (score, request) = await Ask("200 OK", """{"id":"ID","score":0.75,"parts":{"style":0.5},"steps":[{"token":0,"value":0.25}]}""", "secret");
        var scored = Assert.IsType<Scored>(score);
        Assert.Equal(0.75, scored.Total);
        Assert.Equal(0.5, scored.Parts["style"]);
        Assert.Equal(new StepReward(0, 0.25), Assert.Single(scored.Steps));
        Assert.Contains("Authorization: Bearer secret", request);
        var sent = JsonDocument.Parse(request[request.IndexOf('{')..]).RootElement;
        Assert.Equal("\"}\n{\"id\":\"1\"", sent.GetProperty("completion").GetString());
        Assert.Equal("5", sent.GetProperty("reference").GetString());
    }

    [Theory]
    [InlineData("500 Oops", """{"id":"ID","score":1}""", "status 500")]
    [InlineData("302 Found\r\nLocation: http://127.0.0.1:9/", "", "status 302")]
    [InlineData("200 OK", "garbage", "is not JSON")]
    [InlineData("200 OK", """{"id":"0","score":1}""", "does not have the id")]
    [InlineData("200 OK", """{"id":"ID","score":1,"score":2}""", "each of whose names stands there once")]
    [InlineData("200 OK", """{"id":"ID","score":1,"bonus":2}""", "unknown field \"bonus\"")]
    [InlineData("200 OK", """{"id":"ID","score":"1"}""", "no \"score\" that is a finite number")]
    [InlineData("200 OK", """{"id":"ID","score":1,"parts":{"a":1e999}}""", "has the part \"a\"")]
    [InlineData("200 OK", """{"id":"ID","score":1,"steps":[{"token":0.5,"value":1}]}""", "has a step that is not")]
    [InlineData("200 OK", """{"id":"ID","error":"too odd"}""", "it said: too odd")]
    [InlineData("200 OK", "HUGE", "http:")]
    [InlineData("200 OK", "CUT", "http:")]
    [InlineData("200 OK", "SLOW", "did not finish within 2 s")]
    public async Task Anything_but_an_answer_is_no_score(string status, string body, string reason) =>
        Assert.Contains(reason, Assert.IsType<Unscored>((await Ask(status, body)).Score).Reason);

    [Fact]
    public async Task No_proxy_is_asked()
    {
        using var proxy = new DeadProxy();
        var asked = Ask("200 OK", """{"id":"ID","score":0.75}""", "secret").WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0.75, Assert.IsType<Scored>((await asked).Score).Total);
    }

    [Fact]
    public async Task Pieces_are_sent_where_they_are_asked_for()
    {
        var (_, request) = await Ask("200 OK", """{"id":"ID","score":1}""", pieces: ByteTokenizer.Of("", "", "five"));
        Assert.Equal("""["five"]""", JsonDocument.Parse(request[request.IndexOf('{')..]).RootElement.GetProperty("pieces").GetRawText());
        var (_, without) = await Ask("200 OK", """{"id":"ID","score":1}""");
        Assert.DoesNotContain("pieces", without);
    }

    [Fact]
    public async Task A_server_that_closes_its_connections_without_saying_so_scores_every_completion()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var done = new CancellationTokenSource();
        var serving = ServeOneEach(server, done.Token);
        using var reward = new HttpReward(new Uri($"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/score"));
        for (var sample = 0; sample < 10; sample++)
        {
            var score = await RewardCall.ScoreAsync(
                reward, Asked, new Completion(0, sample, [1], [2], [-0.5f], FinishReason.Stop, "5"), TimeSpan.FromSeconds(30), TimeProvider.System, default);
            Assert.Equal(0.75, Assert.IsType<Scored>(score).Total);
        }

        await done.CancelAsync();
        Assert.Equal(10, await serving);
    }

    // The second request on a connection is read and never answered.
    private static async Task<int> ServeOneEach(TcpListener server, CancellationToken done)
    {
        var connections = new List<TcpClient>();
        try
        {
            while (true)
            {
                var client = await server.AcceptTcpClientAsync(done);
                connections.Add(client);
                _ = AnswerOnce(client);
            }
        }
        catch (OperationCanceledException)
        {
            connections.ForEach(client => client.Dispose());
            return connections.Count;
        }
    }

    private static async Task AnswerOnce(TcpClient client)
    {
        var (stream, request, buffer) = (client.GetStream(), "", new byte[65536]);
        while (!request.EndsWith('}'))
            request += Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, CancellationToken.None));

        var id = JsonDocument.Parse(request[request.IndexOf('{')..]).RootElement.GetProperty("id").GetString();
        var text = $"{{\"id\":\"{id}\",\"score\":0.75}}";
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 200 OK\r\nContent-Length: {text.Length}\r\n\r\n{text}"), CancellationToken.None);
        _ = await stream.ReadAsync(buffer, CancellationToken.None);
        client.Close();
    }

    private static async Task<(Score Score, string Request)> Ask(string status, string body, string token = "", ByteTokenizer? pieces = null)
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        using var done = new CancellationTokenSource();
        var serving = Serve(server, status, body, done.Token);
        using var reward = new HttpReward(new Uri($"http://127.0.0.1:{((IPEndPoint)server.LocalEndpoint).Port}/score"), token, pieces);
        var score = await RewardCall.ScoreAsync(
            reward, Asked, new Completion(0, 0, [1], [2], [-0.5f], FinishReason.Stop, "\"}\n{\"id\":\"1\""),
            TimeSpan.FromSeconds(body == "SLOW" ? 2 : 30), TimeProvider.System, CancellationToken.None);
        await done.CancelAsync();
        return (score, await serving);
    }

    // Answers one request; ID in the body is the request's.
    private static async Task<string> Serve(TcpListener server, string status, string body, CancellationToken done)
    {
        using var client = await server.AcceptTcpClientAsync(CancellationToken.None);
        var stream = client.GetStream();
        var request = "";
        var buffer = new byte[65536];
        while (!request.EndsWith('}'))
            request += Encoding.ASCII.GetString(buffer, 0, await stream.ReadAsync(buffer, CancellationToken.None));

        try
        {
            if (body == "SLOW")
                await Task.Delay(Timeout.Infinite, done);
            var id = JsonDocument.Parse(request[request.IndexOf('{')..]).RootElement.GetProperty("id").GetString()!;
            var text = body == "HUGE" ? new string(' ', 3_000_000) : body.Replace("ID", id);
            var length = body == "CUT" ? 100 : text.Length;
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{text}"), done);
        }
        catch (Exception error) when (error is IOException or OperationCanceledException)
        {
            // The client has hung up, as it should.
        }

        return request;
    }
}
