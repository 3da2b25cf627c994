using Cohort.Kernels;
using Cohort.Models;

namespace Cohort.Engine;

/// <summary>Attention of single tokens over the keys and values of their prompt, which several completions share, and of their own completion.</summary>
/// <typeparam name="T">The vectors.</typeparam>
internal sealed class CachedAttention<T> : IDisposable
    where T : struct, ILanes<T>
{
    private readonly ModelConfig _config;
    private readonly RotaryTable _turns;
    private readonly KeyValues[] _prompts;
    private readonly KeyValues[] _completions;
    private readonly Rows[] _scores;
    private readonly Rows[] _heads;
    private readonly float[] _zeros;

    public CachedAttention(ModelConfig config, EngineRoom room, int workers)
    {
        var (panel, shared) = (PackedMatrix.Panel<T>(), config.Heads / config.KeyValueHeads);
        (_config, _turns) = (config, new(config, room.PromptLength + room.CompletionLength));
        _prompts = [.. Enumerable.Range(0, config.Layers).Select(_ => new KeyValues(config, room.Prompts, room.PromptLength, panel))];
        _completions = [.. Enumerable.Range(0, config.Layers).Select(_ => new KeyValues(config, room.Completions, room.CompletionLength, panel))];
        _zeros = new float[PackedMatrix.RoundUp(config.HeadSize)];
        _scores = [.. Enumerable.Range(0, workers).Select(_ => new Rows(shared, room.PromptLength + room.CompletionLength))];
        _heads = [.. Enumerable.Range(0, workers).Select(_ => new Rows(shared, config.HeadSize))];
    }

    /// <summary>Turns a token's query, key and value into what attention reads, and keeps the last two.</summary>
    /// <param name="layer">Which.</param>
    /// <param name="block">Its weights.</param>
    /// <param name="place">Where the token stands.</param>
    /// <param name="wide">Its queries, keys and values, one behind the other; changed.</param>
    public void Remember(int layer, BlockWeights block, RowPlace place, Span<float> wide)
    {
        var (size, turn) = (_config.HeadSize, _config.TurnOf(layer));
        var (queries, keys) = (_config.Heads * size, _config.KeyValueHeads * size);
        for (var first = 0; first < queries + keys; first += size)
        {
            var head = wide.Slice(first, size);
            if ((first < queries ? block.QueryNorm : block.KeyNorm) is { } norm)
                RowKernels.Normalize<T>(head, norm, head);

            if (turn != LayerTurn.None)
                RowKernels.Turn<T>(head, _turns.Cosines(turn, place.Position), _turns.Sines(turn, place.Position));
        }

        RowKernels.Multiply<T>(wide[..queries], (float)(_config.QueryScale / Math.Sqrt(size)));
        var (store, segment, position) = place.Length == 0
            ? (_prompts[layer], place.Prompt, place.PromptLength - 1)
            : (_completions[layer], place.Completion, place.Length - 1);
        for (var head = 0; head < _config.KeyValueHeads; head++)
            store.Write(segment, head, position, wide.Slice(queries + (head * size), size), wide.Slice(queries + keys + (head * size), size));
    }

    /// <summary>Attention of a token whose keys and values, and those before it, are kept.</summary>
    /// <param name="layer">Which.</param>
    /// <param name="place">Where the token stands.</param>
    /// <param name="wide">Its queries, and what follows them.</param>
    /// <param name="mixed">[heads, d], written.</param>
    /// <param name="worker">Which thread this is.</param>
    public void Attend(int layer, RowPlace place, ReadOnlySpan<float> wide, Span<float> mixed, int worker)
    {
        var (scores, heads) = (_scores[worker], _heads[worker]);
        var first = _config.SlidingLayers.Contains(layer) ? Math.Max(0, place.Position + 1 - _config.SlidingWindow) : 0;
        var ofPrompt = new Seen(_prompts[layer], place.Prompt, Math.Min(first, place.PromptLength), place.PromptLength, 0);
        var ofCompletion = new Seen(_completions[layer], place.Completion, Math.Max(0, first - place.PromptLength), place.Length, ofPrompt.Count);
        var (shared, seen) = (_config.Heads / _config.KeyValueHeads, ofPrompt.Count + ofCompletion.Count);
        for (var head = 0; head < _config.KeyValueHeads; head++)
        {
            var queries = wide.Slice(head * shared * _config.HeadSize, shared * _config.HeadSize);
            Score(queries, ofPrompt, head, scores);
            Score(queries, ofCompletion, head, scores);
            for (var i = 0; i < shared; i++)
                Soften(scores.Wide(i), seen);

            Mix(ofPrompt, head, scores, in _zeros[0], 0, heads, shared);
            Mix(ofCompletion, head, scores, in heads.Wide(0)[0], heads.Stride, heads, shared);
            for (var i = 0; i < shared; i++)
                heads[i].CopyTo(mixed[(((head * shared) + i) * _config.HeadSize)..]);
        }
    }

    // Of the queries that share a key-value head.
    private void Score(ReadOnlySpan<float> queries, Seen seen, int head, Rows scores) => ScoreKernel.Score<T>(
        queries, seen.Store.Keys(seen.Segment, head, seen.First, seen.Count), _config.HeadSize, ref scores.Wide(0)[seen.Scores], scores.Stride);

    // Softmax. Scores that fill the last vector add nothing.
    private static void Soften(Span<float> scores, int count)
    {
        var whole = scores[..((count + T.Width - 1) / T.Width * T.Width)];
        whole[count..].Fill(float.NegativeInfinity);
        var sum = RowKernels.Exponentials<T>(whole, RowKernels.Largest<T>(whole));
        RowKernels.Multiply<T>(whole, 1 / sum);
    }

    // What attention gives so far, and the values of what else is seen.
    private static void Mix(Seen seen, int head, Rows scores, ref readonly float starts, int startStride, Rows heads, int shared) =>
        MatrixKernel.Multiply<T>(
            in scores.Wide(0)[seen.Scores], scores.Stride, shared, seen.Store.Values(seen.Segment, head, seen.First), seen.Count,
            in starts, startStride, ref heads.Wide(0)[0], heads.Stride);

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        foreach (var owned in (IEnumerable<IDisposable>)[.. _prompts, .. _completions, .. _scores, .. _heads])
            owned.Dispose();
    }

    // What of a segment a row sees: positions from First to End, whose scores begin at Scores.
    private readonly record struct Seen(KeyValues Store, int Segment, int First, int End, int Scores)
    {
        public int Count => End - First;
    }
}
