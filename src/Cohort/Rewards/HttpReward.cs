using System.Net.Http.Headers;
using Cohort.Data;
using Cohort.Tokenization;

namespace Cohort.Rewards;

/// <summary>
/// Asks a server of the user's: one POST of JSON for each completion, answered with JSON. No redirect is followed and no proxy is asked, whatever
/// http_proxy says, so that text and token go to the given address only; any status but 2xx, and any body but a short answer to the request, is no score.
/// Each request has a connection of its own.
/// </summary>
public sealed class HttpReward : IRewardFunction, IDisposable
{
    private readonly Uri _address;
    private readonly Tokenizer? _pieces;
    private readonly HttpClient _client;

    /// <summary>Connects when the first completion is scored.</summary>
    /// <param name="address">Where to post; http or https.</param>
    /// <param name="token">A bearer token; empty for none.</param>
    /// <param name="pieces">Gives the text of each token, for rewards within a response; null where the server does not need it.</param>
    /// <exception cref="ArgumentException">The address is not one of http or https.</exception>
    /// <exception cref="FormatException">The token has characters that a header cannot have.</exception>
    public HttpReward(Uri address, string token = "", Tokenizer? pieces = null)
    {
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"{address} is not an address that begins with http:// or https://.", nameof(address));

        (_address, _pieces) = (address, pieces);
        _client = new HttpClient(DirectConnection.Handler())
        {
            // The caller's token is the deadline.
            Timeout = Timeout.InfiniteTimeSpan,
            MaxResponseContentBufferSize = RewardMessage.LongestAnswer,
        };
        if (token != "")
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
    }

    /// <inheritdoc/>
    public string Name => "http";

    /// <inheritdoc/>
    public async ValueTask<Score> ScoreAsync(Problem problem, Completion completion, CancellationToken cancel)
    {
        var id = RewardMessage.NewId();
        using var content = new ByteArrayContent(RewardMessage.Request(
            id, problem, completion, _pieces is null ? [] : RewardMessage.Pieces(_pieces, completion.ResponseTokens)));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = await _client.PostAsync(_address, content, cancel).ConfigureAwait(false);
            return response.IsSuccessStatusCode
                ? RewardMessage.Answer(await response.Content.ReadAsByteArrayAsync(cancel).ConfigureAwait(false), id)
                : Score.None($"{Name}: {_address.Host} answered with status {(int)response.StatusCode}");
        }
        catch (Exception error) when (error is HttpRequestException or InvalidDataException or IOException)
        {
            return Score.None($"{Name}: {error.Message}{(error.InnerException is { } inner ? $" {inner.Message}" : "")}");
        }
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose() => _client.Dispose();
}
