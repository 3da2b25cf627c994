using Cohort.Data;
using Cohort.Models;
using Cohort.Tokenization;
using static TorchSharp.torch;

namespace Cohort.Rollouts;

/// <summary>Samples with the policy's own modules and a KV cache: every device, and the trainer's numerics.</summary>
/// <param name="model">The policy; its weights may change between calls.</param>
/// <param name="tokenizer">Turns sampled tokens into text.</param>
/// <param name="largestBatch">
/// Rows that are decoded together at most, but never fewer than the samples of one prompt; 0 is what <see cref="DecodingPlan"/> says.
/// </param>
/// <param name="onTokens">Called on the calling thread whenever every growing row has got a token; null for nobody.</param>
public sealed class TorchSampler(LanguageModel model, Tokenizer tokenizer, int largestBatch = 0, Action? onTokens = null) : ISampler
{
    /// <inheritdoc/>
    public bool SharesNumerics => true;

    /// <inheritdoc/>
    public void Sample(
        IReadOnlyList<IReadOnlyList<int>> prompts,
        int samplesPerPrompt,
        Sampling sampling,
        SampleSeed seed,
        Action<CompletionGroup> onGroup,
        CancellationToken cancel)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(samplesPerPrompt, 1);
        var portion = DecodingPlan.Portion(model, largestBatch, prompts, samplesPerPrompt, sampling);
        for (var first = 0; first < prompts.Count; first += portion)
        {
            var rows = new LiveRows(
                prompts, first, Math.Min(portion, prompts.Count - first), samplesPerPrompt, sampling, seed, model.Config, tokenizer,
                followsText: sampling.Stop.Count > 0);
            Decode(rows, sampling, onTokens ?? (static () => { }), onGroup, cancel);
        }
    }

    /// <summary>Samples one completion, on the calling thread, and shows its text as it comes: the one that <see cref="Sample"/> gives, piece by piece.</summary>
    /// <param name="prompt">Token ids; at least one.</param>
    /// <param name="sampling">How to draw, and where to end.</param>
    /// <param name="seed">Where the random numbers come from.</param>
    /// <param name="onText">
    /// Takes each piece, never empty, between two tokens on the calling thread; it must not make tensors that outlive it. A piece never ends within
    /// a character, and what may be the beginning of a stop string waits. All pieces together are the completion's text.
    /// </param>
    /// <param name="cancel">Read before every token.</param>
    /// <returns>The completion.</returns>
    /// <exception cref="OperationCanceledException">The token was set; the pieces that were given stand.</exception>
    /// <exception cref="ArgumentException">The prompt is empty, or does not fit the context with the new tokens.</exception>
    public Completion Stream(IReadOnlyList<int> prompt, Sampling sampling, SampleSeed seed, Action<string> onText, CancellationToken cancel)
    {
        DecodingPlan.RequireFits(model.Config, prompt, sampling);
        var completions = new List<Completion>();
        var rows = new LiveRows([prompt], 0, 1, 1, sampling, seed, model.Config, tokenizer, followsText: true);
        Decode(rows, sampling, Show, group => completions.AddRange(group.Completions), cancel);
        return completions[0];

        void Show()
        {
            if (rows.TakeNewText() is { Length: > 0 } piece)
            {
                onText(piece);
            }
        }
    }

    private void Decode(LiveRows rows, Sampling sampling, Action onToken, Action<CompletionGroup> onGroup, CancellationToken cancel)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var device = model.Trunk.EmbeddingWeight.device;
        var (tokens, lengths) = rows.PackPrompts(model.Config.Padding, device);
        var (cache, hidden) = KvCache.Read(model.Trunk, tokens, lengths);
        using var owned = cache;
        cache.Repeat(rows.SamplesPerPrompt, sampling.MaxNewTokens);
        hidden = hidden.repeat_interleave(rows.SamplesPerPrompt, dim: 0);
        for (var position = 0; ; position++)
        {
            cancel.ThrowIfCancellationRequested();
            using var step = NewDisposeScope();
            var (drawn, logProbs) = TokenDraw.Draw(Logits(hidden, sampling, rows, position), sampling, rows.Uniforms(position));
            rows.Append(drawn.cpu().to_type(ScalarType.Int32).data<int>().ToArray(), logProbs.cpu().data<float>().ToArray());
            onToken();
            foreach (var group in rows.TakeFinishedGroups())
            {
                onGroup(group);
            }

            if (rows.Count == 0)
            {
                return;
            }

            if (rows.Compact() is { } kept)
            {
                var keep = tensor(kept, device: device);
                cache.Keep(keep);
                drawn = drawn.index_select(0, keep);
            }

            var next = cache.Append(drawn).MoveToOuterDisposeScope();
            hidden.Dispose();
            hidden = next;
        }
    }

    // What depends on the tokens so far; the rest is TokenDraw's.
    private Tensor Logits(Tensor hidden, Sampling sampling, LiveRows rows, int position)
    {
        using var scope = NewDisposeScope();
        var logits = model.Logits(hidden);
        if (sampling is EvaluationSampling { RepetitionPenalty: not 1 and var penalty })
        {
            logits = SamplingFilters.Repetition(logits.to_type(ScalarType.Float32), rows.History(logits.device), penalty);
        }

        if (sampling is EvaluationSampling { MinNewTokens: > 0 and var least })
        {
            logits = SamplingFilters.MinNewTokens(logits, position, least, Stops);
        }

        return logits.MoveToOuterDisposeScope();
    }

    // What ends a completion; a folder may name ids that the model does not have.
    private long[] Stops => [.. model.Config.FurtherStops.Append(model.Config.EndOfSequence).Append(tokenizer.EndOfSequence)
        .Where(id => id >= 0 && id < model.Config.VocabularySize).Distinct().Select(id => (long)id)];
}
