using Cohort.Data;
using Cohort.Engine;
using Cohort.Kernels;
using Cohort.Models;
using Cohort.Tokenization;
using static TorchSharp.torch;

namespace Cohort.Rollouts;

/// <summary>
/// Samples on the processor without tensors: the policy's weights are packed once per call, prompts are read once per group, and finished rows leave at once.
/// A row's tokens and log-probabilities are the same bits whatever is sampled beside it, on one instruction set.
/// </summary>
/// <param name="model">The policy; a model that <see cref="EngineForward.Computes"/>.</param>
/// <param name="tokenizer">Turns sampled tokens into text.</param>
/// <param name="threads">Threads that compute, at least 1.</param>
/// <param name="largestBatch"><inheritdoc cref="TorchSampler(LanguageModel, Tokenizer, int, Action)" path="/param[@name='largestBatch']"/></param>
/// <param name="type">How weights are held.</param>
/// <param name="areFixed">Whether the policy's weights never change, so that they are read once only.</param>
/// <param name="onTokens"><inheritdoc cref="TorchSampler(LanguageModel, Tokenizer, int, Action)" path="/param[@name='onTokens']"/></param>
/// <param name="vectors">The width of vectors; null is the widest that this machine has.</param>
internal sealed class EngineSampler(
    LanguageModel model,
    Tokenizer tokenizer,
    int threads,
    int largestBatch = 0,
    PackedType type = PackedType.Float32,
    bool areFixed = false,
    Action? onTokens = null,
    VectorBits? vectors = null)
    : ISampler, IDisposable
{
    /// <summary>Tokens of prompts that are read together, where there are as many.</summary>
    public const int RowsOfPrompts = 512;

    private const long LargestKept = 256L << 20;

    private readonly VectorBits _vectors = vectors ?? Vectors.Widest;
    private readonly Team _team = new(threads);
    private EngineWeights? _weights;
    private EngineRoom _room = new(0, 0, 0, 0, 0);
    private IForward? _forward;

    /// <inheritdoc/>
    public bool SharesNumerics => type == PackedType.Float32 || model.Trunk.EmbeddingWeight.dtype == ScalarType.BFloat16;

    /// <summary>Whether tokens are drawn in this way: from the whole distribution.</summary>
    public static bool Draws(Sampling sampling) => sampling is RolloutSampling or EvaluationSampling
    {
        TopK: 0, TopP: 1, MinP: 0, RepetitionPenalty: 1, MinNewTokens: 0,
    };

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
        ReadWeights();
        for (var first = 0; first < prompts.Count; first += portion)
        {
            var taken = prompts.Skip(first).Take(portion).ToArray();
            var rows = new LiveRows(
                prompts, first, taken.Length, samplesPerPrompt, sampling, seed, model.Config, tokenizer, followsText: sampling.Stop.Count > 0);
            Decode(taken, rows, sampling, onTokens ?? (static () => { }), onGroup, cancel);
        }

        if (!areFixed && !Keeps(BytesOf(model.parameters().Sum(parameter => parameter.numel()), type == PackedType.BFloat16)))
            Forget();
    }

    /// <inheritdoc cref="TorchSampler.Stream"/>
    public Completion Stream(IReadOnlyList<int> prompt, Sampling sampling, SampleSeed seed, Action<string> onText, CancellationToken cancel)
    {
        DecodingPlan.RequireFits(model.Config, prompt, sampling);
        ReadWeights();
        var completions = new List<Completion>();
        var rows = new LiveRows([prompt], 0, 1, 1, sampling, seed, model.Config, tokenizer, followsText: true);
        Decode([prompt], rows, sampling, Show, group => completions.AddRange(group.Completions), cancel);
        return completions[0];

        void Show()
        {
            if (rows.TakeNewText() is { Length: > 0 } piece)
                onText(piece);
        }
    }

    /// <summary>Ends the threads, and frees the memory.</summary>
    public void Dispose()
    {
        _team.Dispose();
        Forget();
    }

    /// <summary>Bytes of a model's packed weights.</summary>
    /// <param name="parameters">Numbers of the model.</param>
    /// <param name="isNarrow">Whether they are held in 16 bits.</param>
    public static long BytesOf(long parameters, bool isNarrow) => parameters * (isNarrow ? sizeof(ushort) : sizeof(float));

    /// <summary>Whether weights that change stay in memory between calls: small ones do, large ones leave it to the update.</summary>
    /// <param name="bytes">From <see cref="BytesOf"/>.</param>
    public static bool Keeps(long bytes) => bytes <= LargestKept;

    private void Forget()
    {
        _weights?.Dispose();
        _forward?.Dispose();
        (_weights, _forward) = (null, null);
    }

    // The last one where it has room enough: its memory need not be asked for anew.
    private IForward Forward(IReadOnlyList<int>[] prompts, int completions, int completionLength)
    {
        var longest = prompts.Max(prompt => prompt.Count);
        var room = new EngineRoom(
            Math.Max(Math.Max(RowsOfPrompts, longest), completions), prompts.Length, longest, completions, completionLength);
        if (_forward is null || !_room.Holds(room))
        {
            _forward?.Dispose();
            (_room, _forward) = (room, EngineForward.New(model.Config, _weights!, _team, room, _vectors));
        }

        return _forward;
    }

    private void ReadWeights()
    {
        if (_weights is not null && areFixed)
            return;

        _weights ??= EngineForward.Weights(model, type, _vectors);
        _weights.Read(_team);
    }

    private void Decode(
        IReadOnlyList<int>[] prompts, LiveRows rows, Sampling sampling, Action onToken, Action<CompletionGroup> onGroup, CancellationToken cancel)
    {
        var count = rows.Count;
        var forward = Forward(prompts, count, sampling.MaxNewTokens);
        var (tokens, logProbs, uniforms) = (new int[count], new float[count], new double[count]);
        var (places, drawnRows) = (new RowPlace[_room.Rows], new int[count]);
        var temperature = sampling is EvaluationSampling { Temperature: var cut } ? cut : ((RolloutSampling)sampling).Temperature;
        var live = Enumerable.Range(0, count).ToArray(); // which completion each row of the batch is
        var kept = new List<int>(count);
        cancel.ThrowIfCancellationRequested();
        rows.Uniforms(0, uniforms);
        Read();
        for (var length = 1; ; length++)
        {
            rows.Append(tokens.AsSpan(0, count), logProbs.AsSpan(0, count));
            onToken();
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
