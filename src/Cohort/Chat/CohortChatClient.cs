using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Cohort.Data;
using Cohort.Models;
using Cohort.Rollouts;
using Cohort.Tensors;
using Cohort.Tokenization;
using Microsoft.Extensions.AI;

namespace Cohort.Chat;

/// <summary>
/// A model folder as .NET programs consume a model. The model runs on one thread of the client's own; requests of any number of threads wait for it
/// in the order in which they came, and stop between two tokens when they are cancelled. Of <see cref="ChatOptions"/> it follows Instructions,
/// Temperature, TopK, TopP, MaxOutputTokens, StopSequences and Seed; it refuses tools, JSON formats and conversation ids, and ignores the rest.
/// Thread-safe.
/// </summary>
public sealed class CohortChatClient : IChatClient
{
    private readonly LanguageModel _model;
    private readonly PolicySampler _sampler;
    private readonly Func<IReadOnlyList<(string Role, string Text)>, IReadOnlyList<int>> _encode;
    private readonly ChatClientMetadata _metadata;
    private readonly ulong _seed;
    private readonly ModelThread _thread = new("Cohort model");
    private readonly CancellationTokenSource _disposing = new();
    private readonly CancellationToken _disposed;
    private int _isDisposed;
    private long _requests = -1;

    /// <summary>A client of a model that is loaded already, and that it owns from now on.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    /// <param name="encode">Writes a conversation as the tokens that the model continues; any thread calls it.</param>
    /// <param name="modelId">What the model is called.</param>
    /// <param name="seed">Seed of requests without one.</param>
    internal CohortChatClient(
        LanguageModel model,
        Tokenizer tokenizer,
        Func<IReadOnlyList<(string Role, string Text)>, IReadOnlyList<int>> encode,
        string modelId,
        ulong seed = 1)
    {
        (_model, _encode, _seed, _disposed) = (model, encode, seed, _disposing.Token);
        _sampler = new PolicySampler(model, tokenizer, areFixed: true);
        _metadata = new ChatClientMetadata("cohort", defaultModelId: modelId);
    }

    /// <summary>Loads a model folder; without a chat template, it continues the text of a single user message.</summary>
    /// <param name="folder">A Hugging Face folder, such as a run's model/.</param>
    /// <param name="seed">
    /// Seed of requests whose options have none: the n-th of them draws the same numbers in every process. With a seed in its options, a request
    /// draws what `cohort generate --seed` does.
    /// </param>
    /// <param name="device">What computes.</param>
    /// <exception cref="ModelException">The folder has no model that can be loaded, or the device is not there.</exception>
    /// <exception cref="TokenizationException">The folder has no tokenizer that can be loaded.</exception>
    public static CohortChatClient Load(string folder, ulong seed = 1, DeviceKind device = DeviceKind.Auto)
    {
        var writing = ModelFolder.TokenizerOf(folder);
        var tokenizer = TokenizerFolder.Load(writing);
        var prompt = ChatPrompt.Of(tokenizer, ChatTemplate.Find(writing));
        return new(ModelFolder.Load(folder, Placement.Of(device, WeightType.Auto)), tokenizer, prompt, folder, seed);
    }

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The request asks for something that the client cannot do; the message says what.</exception>
    /// <exception cref="ArgumentException">The messages do not fit the context, or an option is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the request or while it ran.</exception>
    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(cancellationToken).ConfigureAwait(false);

    /// <inheritdoc/>
    /// <exception cref="NotSupportedException">The request asks for something that the client cannot do; the message says what.</exception>
    /// <exception cref="ArgumentException">The messages do not fit the context, or an option is out of its range.</exception>
    /// <exception cref="ObjectDisposedException">The client was disposed, before the request or while it ran.</exception>
    public IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ObjectDisposedException.ThrowIf(_disposed.IsCancellationRequested, this);
        return StreamAsync(Request(messages, options), cancellationToken);
    }

    /// <inheritdoc/>
    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(_metadata) ? _metadata
            : null;
    }

    /// <summary>Stops what runs after its current token, ends the thread and frees the model. Requests that wait fail.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            _disposing.Cancel();
            _thread.Dispose();
            _sampler.Dispose();
            _model.Dispose();
            _disposing.Dispose();
        }
    }

    private IReadOnlyList<int> Prompt(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        try
        {
            return _encode(ChatRequest.Turns(messages, options));
        }
        catch (Exception error) when (error is DataException or TokenizationException)
        {
            throw new ArgumentException(error.Message, nameof(messages), error);
        }
    }

    private ChatRequest Request(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var prompt = Prompt(messages, options);
        var room = _model.Config.ContextLength - prompt.Count;
        if (prompt.Count == 0 || room < 1)
        {
            throw new ArgumentException(
                $"The messages are {prompt.Count} tokens; a context of {_model.Config.ContextLength} needs at least one of them and one for the answer. "
                + "Send fewer or shorter messages.",
                nameof(messages));
        }

        var seed = options?.Seed is { } asked
            ? new SampleSeed(unchecked((ulong)asked), Purpose.GeneratedTokens, Step: 0)
            : new SampleSeed(_seed, Purpose.GeneratedTokens, Interlocked.Increment(ref _requests));
        return new ChatRequest(prompt, ChatRequest.SamplingOf(options, room), seed);
    }

    // The channel holds every update that a request can have, so that no reader, however slow, keeps the model from the next request.
    private async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(ChatRequest request, [EnumeratorCancellation] CancellationToken cancel)
    {
        using var abandoned = CancellationTokenSource.CreateLinkedTokenSource(cancel, _disposed);
        var stop = abandoned.Token;
        var updates = Channel.CreateBounded<ChatResponseUpdate>(request.Sampling.MaxNewTokens + 1);
        _thread.Post(() => Answer(request, updates.Writer, stop));
        try
        {
            await foreach (var update in updates.Reader.ReadAllAsync(cancel).ConfigureAwait(false))
            {
                yield return update;
            }
        }
        finally
        {
            await abandoned.CancelAsync().ConfigureAwait(false);
        }
    }

    // On the model's thread, which must outlive whatever goes wrong in one request: the caller is told.
    private void Answer(ChatRequest request, ChannelWriter<ChatResponseUpdate> updates, CancellationToken stop)
    {
        try
        {
            stop.ThrowIfCancellationRequested();
            var completion = _sampler.Stream(
                request.Prompt, request.Sampling, request.Seed, piece => Write(new TextContent(piece), finish: null), stop);
            Write(Usage(completion), completion.FinishReason switch
            {
                FinishReason.Stop => ChatFinishReason.Stop,
                FinishReason.Length => ChatFinishReason.Length,
                _ => throw new UnreachableException(),
            });
            updates.Complete();
        }
        catch (Exception problem)
        {
            updates.Complete(_disposed.IsCancellationRequested ? new ObjectDisposedException(nameof(CohortChatClient)) : problem);
        }

        void Write(AIContent content, ChatFinishReason? finish) => updates.TryWrite(new ChatResponseUpdate(ChatRole.Assistant, [content])
        {
            ResponseId = request.Id,
            MessageId = request.Id,
            CreatedAt = request.CreatedAt,
            ModelId = _metadata.DefaultModelId,
            FinishReason = finish,
        });
    }

    private static UsageContent Usage(Completion completion) => new(new UsageDetails
    {
        InputTokenCount = completion.PromptTokens.Count,
        OutputTokenCount = completion.ResponseTokens.Count,
        TotalTokenCount = completion.PromptTokens.Count + completion.ResponseTokens.Count,
    });
}
