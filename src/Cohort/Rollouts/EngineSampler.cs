using Cohort.Data;
using Cohort.Engine;
using Cohort.Kernels;
using Cohort.Models;
using Cohort.Tokenization;

namespace Cohort.Rollouts;

/// <summary>
/// Samples on the processor without tensors: the policy's weights are packed once per call, prompts are read once per group, and finished rows leave at once.
/// A row's tokens and log-probabilities are the same bits whatever is sampled beside it, on one instruction set.
/// </summary>
/// <param name="model">The policy; its weights may change between calls.</param>
/// <param name="tokenizer">Turns sampled tokens into text.</param>
/// <param name="threads">Threads that compute, at least 1.</param>
/// <param name="largestBatch"><inheritdoc cref="TorchSampler(LanguageModel, Tokenizer, int, Action)" path="/param[@name='largestBatch']"/></param>
/// <param name="weights">How weights are held; bfloat16 is another policy than the trainer's, though a near one.</param>
/// <param name="vectors">The width of vectors; null is the widest that this machine has.</param>
internal sealed class EngineSampler(LanguageModel model, Tokenizer tokenizer, int threads, int largestBatch = 0, PackedType weights = PackedType.Float32, VectorBits? vectors = null)
    : ISampler, IDisposable
{
    private const int RowsOfPrompts = 512;

    private readonly Team _team = new(threads);

    /// <inheritdoc/>
    public bool SharesNumerics => weights == PackedType.Float32;

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
        var packed = EngineWeights.Of(model, weights);
        for (var first = 0; first < prompts.Count; first += portion)
        {
            var rows = new LiveRows(
                prompts, first, Math.Min(portion, prompts.Count - first), samplesPerPrompt, sampling, seed, model.Config, tokenizer,
                followsText: sampling.Stop.Count > 0);
            Decode(prompts.Skip(first).Take(portion).ToArray(), rows, packed, sampling, onGroup, cancel);
        }
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose() => _team.Dispose();

    private void Decode(
        IReadOnlyList<int>[] prompts, LiveRows rows, EngineWeights packed, Sampling sampling, Action<CompletionGroup> onGroup, CancellationToken cancel)
    {
        var (count, longest) = (rows.Count, prompts.Max(prompt => prompt.Count));
        var room = new EngineRoom(Math.Max(Math.Max(RowsOfPrompts, longest), count), prompts.Length, longest, count, sampling.MaxNewTokens);
        var forward = EngineForward.New(model.Config, packed, _team, room, vectors);
        var (tokens, logProbs, uniforms) = (new int[count], new float[count], new double[count]);
        var (places, drawnRows) = (new RowPlace[room.Rows], new int[count]);
        var temperature = sampling is EvaluationSampling { Temperature: var cut } ? cut : ((RolloutSampling)sampling).Temperature;
        var live = Enumerable.Range(0, count).ToArray(); // which completion each row of the batch is
        var kept = new List<int>(count);
        cancel.ThrowIfCancellationRequested();
        rows.Uniforms(0, uniforms);
        Read();
        for (var length = 1; ; length++)
        {
            rows.Append(tokens.AsSpan(0, count), logProbs.AsSpan(0, count));
            foreach (var group in rows.TakeFinishedGroups())
                onGroup(group);

            if (rows.Count == 0)
                return;

            cancel.ThrowIfCancellationRequested();
            rows.Drop(kept);
            count = kept.Count;
            for (var i = 0; i < count; i++)
            {
                (live[i], drawnRows[i]) = (live[kept[i]], i);
                var prompt = live[i] / rows.SamplesPerPrompt;
                places[i] = new(tokens[kept[i]], prompt, prompts[prompt].Count, live[i], length);
            }

            forward.Compute(places.AsSpan(0, count));
            rows.Uniforms(length, uniforms);
            Take(forward.Draw(drawnRows.AsSpan(0, count), temperature, uniforms.AsSpan(0, count)), 0);
        }

        // Prompts, as many together as there is room for; each is read once, and its samples are drawn from its last row.
        void Read()
        {
            for (var (first, next) = (0, 0); first < prompts.Length; first = next)
            {
                var (filled, drawn) = (0, 0);
                for (; next < prompts.Length && filled + prompts[next].Count <= places.Length; next++)
                {
                    for (var i = 0; i < prompts[next].Count; i++)
                        places[filled++] = new(prompts[next][i], next, i + 1, 0, 0);

                    for (var sample = 0; sample < rows.SamplesPerPrompt; sample++)
                        drawnRows[drawn++] = filled - 1;
                }

                var before = first * rows.SamplesPerPrompt;
                forward.Compute(places.AsSpan(0, filled));
                Take(forward.Draw(drawnRows.AsSpan(0, drawn), temperature, uniforms.AsSpan(before, drawn)), before);
            }
        }

        void Take(Drawn drawn, int first)
        {
            drawn.Tokens.CopyTo(tokens.AsSpan(first));
            drawn.LogProbs.CopyTo(logProbs.AsSpan(first));
        }
    }
}
