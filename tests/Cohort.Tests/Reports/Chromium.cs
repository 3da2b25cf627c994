using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Cohort.Tests.Reports;

/// <summary>A headless browser, driven by its own protocol for developer tools.</summary>
public sealed class Chromium : IAsyncLifetime, IDisposable
{
    private readonly TemporaryFolder _profile = new();
    private readonly ClientWebSocket _socket = new();
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonElement>> _answers = new();
    private readonly ConcurrentQueue<JsonElement> _events = new();
    private Process? _browser;
    private int _calls;

    /// <summary>The tests that share one.</summary>
    public const string Tests = "Chromium";

    /// <summary>Its path; empty where there is none.</summary>
    public static string Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, "chromium")).FirstOrDefault(File.Exists, "");

    public async Task InitializeAsync()
    {
        if (Program is "")
            return;

        string[] options =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--remote-debugging-port=0", $"--user-data-dir={_profile.Path}", "about:blank",
        ];
        _browser = Process.Start(new ProcessStartInfo(Program, options) { RedirectStandardError = true, RedirectStandardOutput = true });
        _browser!.BeginErrorReadLine();
        _browser.BeginOutputReadLine();
        var port = await Eventually(() => File.Exists(_profile.File("DevToolsActivePort"))
            ? File.ReadAllLines(_profile.File("DevToolsActivePort")).FirstOrDefault("") : "", found => found is not "");
        using var http = new HttpClient();
        using var made = await http.PutAsync(new Uri($"http://127.0.0.1:{port}/json/new?about:blank"), null);
        var target = await made.Content.ReadFromJsonAsync<JsonElement>();
        await _socket.ConnectAsync(new Uri(target.GetProperty("webSocketDebuggerUrl").GetString()!), CancellationToken.None);
        _ = Task.Run(Listen);
        foreach (var domain in new[] { "Page", "Runtime", "Log", "Network" })
            await Send($"{domain}.enable");
    }

    /// <summary>Opens a file, high enough that everything on it is in view, and waits until it is drawn.</summary>
    /// <param name="path">The page.</param>
    /// <param name="isDark">Whether the reader prefers dark pages.</param>
    public async Task Open(string path, bool isDark = false)
    {
        _events.Clear();
        await Resize(1280);
        await Prefer(isDark);
        await Send("Page.navigate", new() { ["url"] = new Uri(path).AbsoluteUri });
        await Until("document.readyState === 'complete' && [...document.querySelectorAll('.plot')].every(plot => plot.querySelector('.main-svg'))");
    }

    /// <summary>Makes the window another width, and so high that everything on a page is in view.</summary>
    public Task Resize(int width) => Send(
        "Emulation.setDeviceMetricsOverride", new() { ["width"] = width, ["height"] = 9000, ["deviceScaleFactor"] = 1, ["mobile"] = false });

    /// <summary>What the reader's system prefers.</summary>
    public Task Prefer(bool isDark) => Send("Emulation.setEmulatedMedia", new()
    {
        ["features"] = new JsonArray(new JsonObject { ["name"] = "prefers-color-scheme", ["value"] = isDark ? "dark" : "light" }),
    });

    /// <summary>What the page says of itself.</summary>
    /// <param name="expression">In its language.</param>
    public async Task<string> Ask(string expression)
    {
        var answer = await Send("Runtime.evaluate", new() { ["expression"] = $"String({expression})", ["returnByValue"] = true });
        return answer.GetProperty("result").GetProperty("value").GetString()!;
    }

    /// <summary>Waits until something holds.</summary>
    /// <param name="expression">In the page's language.</param>
    public async Task Until(string expression) => await Eventually(() => Ask(expression), holds => holds is "true");

    /// <summary>Errors and messages of the page, refusals of its policy, and requests for anything but the page itself.</summary>
    public IReadOnlyList<string> Complaints(string path) =>
    [
        .. _events.Where(told => told.GetProperty("method").GetString() switch
        {
            "Runtime.exceptionThrown" or "Runtime.consoleAPICalled" or "Log.entryAdded" => true,
            "Network.requestWillBeSent" =>
                told.GetProperty("params").GetProperty("request").GetProperty("url").GetString() != new Uri(path).AbsoluteUri,
            _ => false,
        }).Select(told => told.GetRawText()),
    ];

    public async Task DisposeAsync()
    {
        if (_browser is not null)
        {
            await Send("Browser.close");
            await _browser.WaitForExitAsync();
            _browser.Dispose();
        }
    }

    public void Dispose()
    {
        _socket.Dispose();
        _profile.Dispose();
    }

    private async Task<JsonElement> Send(string method, JsonObject? parameters = null)
    {
        var id = Interlocked.Increment(ref _calls);
        var answer = _answers[id] = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters ?? [] };
        await _socket.SendAsync(Encoding.UTF8.GetBytes(call.ToJsonString()), WebSocketMessageType.Text, true, CancellationToken.None);
        return await answer.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private async Task Listen()
    {
        var part = new byte[1 << 16];
        using var message = new MemoryStream();
        while (_socket.State == WebSocketState.Open)
        {
            var received = await _socket.ReceiveAsync(part, CancellationToken.None);
            message.Write(part, 0, received.Count);
            if (!received.EndOfMessage || received.Count == 0)
                continue;

            var told = JsonDocument.Parse(message.ToArray()).RootElement;
            message.SetLength(0);
            if (told.TryGetProperty("id", out var id))
                _answers[id.GetInt32()].SetResult(told.TryGetProperty("result", out var result) ? result : told);
            else
                _events.Enqueue(told);
        }
    }

    private static Task<string> Eventually(Func<string> ask, Predicate<string> holds) => Eventually(() => Task.FromResult(ask()), holds);

    private static async Task<string> Eventually(Func<Task<string>> ask, Predicate<string> holds)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(30))
        {
            if (await ask() is { } answer && holds(answer))
                return answer;

            await Task.Delay(50);
        }

        throw new TimeoutException("The browser did not come to it in 30 seconds.");
    }
}
