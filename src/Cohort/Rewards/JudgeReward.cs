using System.ClientModel;
using System.Globalization;
using Cohort.Data;
using Microsoft.Extensions.AI;

namespace Cohort.Rewards;

/// <summary>
/// Asks a language model for a verdict, and gives it as a score in [0, 1] (LLM-as-a-judge, arXiv:2306.05685, "single answer grading"). A reply that is
/// late, broken or without one clear verdict is asked for again after a pause that doubles; then, and where the server refuses the question, there is no
/// score. Verdicts are kept by content, so that the same completion always has the same score. The judge can be talked round, as every model can:
/// what stands in the completion is marked as data, but no parser sees whether the judge was persuaded by it.
/// </summary>
public sealed class JudgeReward : IRewardFunction, IDisposable
{
    private readonly IChatClient _client;
    private readonly JudgePrompt _prompt;
    private readonly JudgeCalls _calls;
    private readonly JudgeCache _cache;
    private readonly string _judge;

    /// <summary>Over any chat client.</summary>
    /// <param name="client">The judge's; disposed with the reward.</param>
    /// <param name="prompt">What it is asked.</param>
    /// <param name="calls">How it is called.</param>
    /// <param name="cacheFile">Where verdicts are kept, for this process alone while the reward lives; empty for in memory alone.</param>
    /// <exception cref="IOException">The file cannot be read and written, or is in use.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be written.</exception>
    public JudgeReward(IChatClient client, JudgePrompt prompt, JudgeCalls calls, string cacheFile = "")
    {
        (_client, _prompt, _calls, _cache) = (client, prompt, calls, new JudgeCache(cacheFile));
        var model = client.GetService<ChatClientMetadata>()?.DefaultModelId ?? "";
        _judge = string.Create(CultureInfo.InvariantCulture, $"{model}, temperature {calls.Temperature}, {calls.MaxOutputTokens} tokens");
    }

    /// <inheritdoc/>
    public string Name => "judge";

    /// <inheritdoc/>
    public int Concurrency => _calls.Concurrency;

    /// <inheritdoc/>
    /// <exception cref="IOException">The verdict cannot be written to the cache.</exception>
    public async ValueTask<Score> ScoreAsync(Problem problem, Completion completion, CancellationToken cancel)
    {
        var question = _prompt.Ask(_judge, problem, completion.Text);
        if (_cache.TryGet(question.Key, out var known))
            return Score.Of(_prompt.Scaled(known));

        for (var failures = 1; ; failures++)
        {
            double verdict;
            try
            {
                verdict = await AskAsync(question, cancel).ConfigureAwait(false);
            }
            catch (Exception error) when (!cancel.IsCancellationRequested)
            {
                if (failures > _calls.Retries || IsRefusal(error))
                    return Score.None($"{Name}: {Reason(error)}{(failures > 1 ? $" (asked {failures} times)" : "")}");

                await Task.Delay(_calls.FirstPause * Math.Pow(2, failures - 1), cancel).ConfigureAwait(false);
                continue;
            }

            return Score.Of(_prompt.Scaled(_cache.Keep(question.Key, verdict)));
        }
    }

    /// <summary>Closes the connections and the cache.</summary>
    public void Dispose()
    {
        _client.Dispose();
        _cache.Dispose();
    }

    // A client that does not heed its token is left behind.
    private async Task<double> AskAsync(JudgeQuestion question, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(_calls.ReplyTime);
        var options = new ChatOptions { Temperature = _calls.Temperature, MaxOutputTokens = _calls.MaxOutputTokens };
        var reply = await _client.GetResponseAsync(question.Messages, options, limit.Token).WaitAsync(limit.Token).ConfigureAwait(false);
        return JudgeVerdict.Read(reply.Text, question.Mark, _prompt.Lowest, _prompt.Highest);
    }

    // What the server will say again: 3xx and 4xx but for "too slow" and "too many". The client wraps errors in its own.
    private static bool IsRefusal(Exception error) => error switch
    {
        ClientResultException { Status: > 0 and var status } => IsRefusal(status),
        HttpRequestException { StatusCode: { } code } => IsRefusal((int)code),
        { InnerException: { } inner } => IsRefusal(inner),
        _ => false,
    };

    private static bool IsRefusal(int status) => status is >= 300 and < 500 and not (408 or 429);

    private string Reason(Exception error) => error switch
    {
        OperationCanceledException => $"no reply within {_calls.ReplyTime.TotalSeconds:0.###} s",
        InvalidDataException or ClientResultException or HttpRequestException or IOException => error.Message,
        _ => $"{error.GetType().Name}: {error.Message}",
    };
}
