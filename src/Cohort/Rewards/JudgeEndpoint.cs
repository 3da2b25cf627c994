using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Cohort.Rewards;

/// <summary>
/// A chat model behind an OpenAI-compatible address, as a client that trusts nobody: one request per call, no redirect followed and no proxy asked, whatever
/// http_proxy says, so that text and key go to the given address only, and no more than a mebibyte of a response read.
/// </summary>
public sealed class JudgeEndpoint : DelegatingChatClient
{
    private const int LongestResponse = 1 << 20;

    private readonly HttpClient _client;

    /// <summary>Connects when the first question is asked.</summary>
    /// <param name="address">What stands before /chat/completions, as in http://127.0.0.1:8000/v1.</param>
    /// <param name="model">The model's name there.</param>
    /// <param name="key">A bearer token; empty for none.</param>
    /// <exception cref="ArgumentException">The address is not one of http or https, or there is no model.</exception>
    /// <exception cref="FormatException">The key has characters that a header cannot have.</exception>
    public JudgeEndpoint(Uri address, string model, string key = "")
        : this(new HttpClient(new Guard(key != "")) { Timeout = Timeout.InfiniteTimeSpan }, address, model, key)
    {
    }

    private JudgeEndpoint(HttpClient client, Uri address, string model, string key)
        : base(Open(client, address, model, key)) => _client = client;

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _client.Dispose();
        base.Dispose(disposing);
    }

    private static IChatClient Open(HttpClient client, Uri address, string model, string key)
    {
        if (!address.IsAbsoluteUri || (address.Scheme != Uri.UriSchemeHttp && address.Scheme != Uri.UriSchemeHttps))
            throw new ArgumentException($"{address} is not an address that begins with http:// or https://.", nameof(address));
        if (key.AsSpan().ContainsAnyExceptInRange('!', '~'))
            throw new FormatException("The key has characters that a header cannot have.");

        var options = new OpenAIClientOptions
        {
            Endpoint = address,
            Transport = new HttpClientPipelineTransport(client),
            RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
            NetworkTimeout = Timeout.InfiniteTimeSpan, // the caller's token is the deadline
        };
        return new OpenAIClient(new ApiKeyCredential(key == "" ? "none" : key), options).GetChatClient(model).AsIChatClient();
    }

    /// <summary>Between the library and the network.</summary>
    private sealed class Guard(bool hasKey) : DelegatingHandler(DirectConnection.Handler())
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!hasKey)
                request.Headers.Authorization = null;

            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            try
            {
                if ((int)response.StatusCode is >= 300 and < 400)
                {
                    throw new HttpRequestException(
                        $"it answered with status {(int)response.StatusCode}; redirects are not followed", inner: null, response.StatusCode);
                }

                await response.Content.LoadIntoBufferAsync(LongestResponse, cancellationToken).ConfigureAwait(false);
                return response;
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
    }
}
