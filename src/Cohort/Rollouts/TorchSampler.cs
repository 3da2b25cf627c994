using Cohort.Data;
using Cohort.Models;
using Cohort.Tokenization;
using static TorchSharp.torch;

namespace Cohort.Rollouts;

/// <summary>Samples with the policy's own modules and a KV cache: every device, and the trainer's numerics.</summary>
/// <param name="model">The policy; its weights may change between calls.</param>
/// <param name="tokenizer">Turns sampled tokens into text.</param>
/// <param name="largestBatch">Rows that are decoded together at most, but never fewer than the samples of one prompt.</param>
public sealed class TorchSampler(LanguageModel model, Tokenizer tokenizer, int largestBatch = 512) : ISampler
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
        foreach (var prompt in prompts)
        {
            RequireFits(prompt, sampling);
        }

        var portion = Math.Max(1, largestBatch / samplesPerPrompt);
        for (var first = 0; first < prompts.Count; first += portion)
        {
            var rows = new LiveRows(prompts, first, Math.Min(portion, prompts.Count - first), samplesPerPrompt, seed);
            Decode(rows, sampling, onGroup, cancel);
        }
    }

    private void Decode(LiveRows rows, Sampling sampling, Action<CompletionGroup> onGroup, CancellationToken cancel)
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
            rows.Append(drawn.cpu().data<long>().ToArray(), logProbs.cpu().data<float>().ToArray(), IsLast);
            foreach (var group in rows.TakeFinishedGroups(tokenizer))
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

            FinishReason? IsLast(long token) => model.Config.EndsCompletion(token) ? FinishReason.Stop
                : position + 1 == sampling.MaxNewTokens ? FinishReason.Length
                : null;
        }
    }

    // What depends on the tokens so far; the rest is TokenDraw's.
    private Tensor Logits(Tensor hidden, Sampling sampling, LiveRows rows, int position)
    {
        using var scope = NewDisposeScope();
        var logits = model.Logits(hidden);
        if (sampling is EvaluationSampling { RepetitionPenalty: not 1 and var penalty })
        {
            logits = SamplingFilters.Repetition(logits, rows.History(logits.device), penalty);
        }

        if (sampling is EvaluationSampling { MinNewTokens: > 0 and var least })
        {
            logits = SamplingFilters.MinNewTokens(logits, position, least, [model.Config.EndOfSequence, .. model.Config.FurtherStops]);
        }

        return logits.MoveToOuterDisposeScope();
    }

    private void RequireFits(IReadOnlyList<int> prompt, Sampling sampling)
    {
        var context = model.Config.ContextLength;
        if (prompt.Count == 0 || prompt.Count + sampling.MaxNewTokens > context)
        {
            throw new ArgumentException(
                $"A prompt of {prompt.Count} tokens and {sampling.MaxNewTokens} new tokens do not fit a context of {context}; a prompt has at "
                + "least one token, and both together must fit.",
                nameof(prompt));
        }
    }
}
