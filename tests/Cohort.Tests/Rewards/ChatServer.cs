using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Cohort.Tests.Rewards;

/// <summary>
/// A chat server on loopback that behaves as it is told: its n-th request gets the n-th reply, and all further ones the last. A reply is a text, in which MARK
/// is the question's and COUNT the number of the request, or one of the words of the switch below.
/// </summary>
internal sealed class ChatServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _done = new();
    private readonly ConcurrentQueue<string> _requests = [];
    private readonly string[] _replies;
    private int _count;

    public ChatServer(params string[] replies)
    {
        _replies = replies;
        _listener.Start();
        _ = ListenAsync();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/v1");

    public IReadOnlyList<string> Requests => [.. _requests];

    /// <summary>How much of an endless body was taken.</summary>
    public long BytesSent { get; private set; }

    public void Dispose()
    {
        _done.Cancel();
        _listener.Dispose();
        _done.Dispose();
    }

    /// <summary>The messages of a request, by their order.</summary>
    public static string[] Messages(string request) =>
    [
        .. JsonDocument.Parse(request[request.IndexOf("\r\n\r\n", StringComparison.Ordinal)..]).RootElement.GetProperty("messages").EnumerateArray()
            .Select(message => message.GetProperty("content") is { ValueKind: JsonValueKind.Array } parts
                ? parts[0].GetProperty("text").GetString()! : message.GetProperty("content").GetString()!),
    ];

    /// <summary>The mark of a question.</summary>
    public static string Mark(string request) => Messages(request)[0].Split("[answer ")[1][..16];

    private async Task ListenAsync()
    {
        while (!_done.IsCancellationRequested)
            _ = ServeAsync(await _listener.AcceptTcpClientAsync(_done.Token), _done.Token);
    }

    private async Task ServeAsync(TcpClient client, CancellationToken done)
    {
        using (client)
        {
            var stream = client.GetStream();
            var request = await ReadAsync(stream);
            _requests.Enqueue(request);
            var count = Interlocked.Increment(ref _count);
            try
            {
                await AnswerAsync(client, stream, request, _replies[Math.Min(count, _replies.Length) - 1], count, done);
            }
            catch (Exception error) when (error is IOException or OperationCanceledException)
            {
                // The client has hung up, or the test is over.
            }
        }
    }

    private async Task AnswerAsync(TcpClient client, NetworkStream stream, string request, string reply, int count, CancellationToken done)
    {
        switch (reply)
        {
            case "SLOW":
                await Task.Delay(Timeout.Infinite, done);
                break;
            case "RESET":
                client.LingerState = new LingerOption(true, 0);
                break;
            case "CUT":
                await WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{\"id\":\"x\",\"choices\":[{");
                break;
            case "GARBAGE":
                await WriteAsync(stream, Http("200 OK", "<html>Verdict: 10</html>"));
                break;
            case "HUGE":
                await WriteAsync(stream, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n");
                for (var block = new byte[1 << 16]; BytesSent < 104_857_600; BytesSent += block.Length)
                    await stream.WriteAsync(block, done);
                break;
            case var _ when reply.StartsWith("STATUS ", StringComparison.Ordinal):
                await WriteAsync(stream, Http(reply[7..], """{"error": {"message": "Verdict: 10", "type": "odd", "code": "odd"}}"""));
                break;
            default:
                var text = reply.Replace("MARK", Mark(request), StringComparison.Ordinal).Replace("COUNT", $"{count % 11}", StringComparison.Ordinal);
                await WriteAsync(stream, Http("200 OK", JsonSerializer.Serialize(new
                {
                    id = "chatcmpl-1",
                    @object = "chat.completion",
                    created = 1,
                    model = "tiny",
                    choices = new[] { new { index = 0, finish_reason = "stop", message = new { role = "assistant", content = text } } },
                })));
                break;
        }
    }

    private static string Http(string status, string body) =>
        $"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}";

    private static async Task WriteAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text));

    private static async Task<string> ReadAsync(NetworkStream stream)
    {
        var bytes = new List<byte>();
        var buffer = new byte[65536];
        while (true)
        {
            var count = await stream.ReadAsync(buffer);
            if (count == 0)
                return "";
            bytes.AddRange(buffer.AsSpan(0, count));
            var text = Encoding.UTF8.GetString([.. bytes]);
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
            if (head < 0)
                continue;

            var length = text[..head].Split("\r\n").Single(line => line.StartsWith("Content-Length:", StringComparison.OrdinalIgnoreCase)).Split(':')[1];
            if (bytes.Count >= Encoding.UTF8.GetByteCount(text[..head]) + 4 + int.Parse(length))
                return text;
        }
    }
}
