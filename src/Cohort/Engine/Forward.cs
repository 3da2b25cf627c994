using Cohort.Kernels;
using Cohort.Models;

namespace Cohort.Engine;

/// <summary>Where a row's token stands.</summary>
/// <param name="Token">Its id.</param>
/// <param name="Prompt">The segment of the prompt that it sees, or is of.</param>
/// <param name="PromptLength">Tokens of that prompt; of a prompt's own token, up to and with it.</param>
/// <param name="Completion">The segment of the completion that it is of; without meaning where it is of the prompt.</param>
/// <param name="Length">Tokens of the completion up to and with it; 0 where it is of the prompt.</param>
internal readonly record struct RowPlace(int Token, int Prompt, int PromptLength, int Completion, int Length)
{
    /// <summary>Where it stands in its sequence, from 0.</summary>
    public int Position => PromptLength + Length - 1;
}

/// <summary>What a forward pass has room for.</summary>
/// <param name="Rows">Rows of one call.</param>
/// <param name="Prompts">Prompts whose keys and values are kept.</param>
/// <param name="PromptLength">Tokens of the longest of them.</param>
/// <param name="Completions">Completions that grow together.</param>
/// <param name="CompletionLength">Tokens of the longest of them.</param>
internal sealed record EngineRoom(int Rows, int Prompts, int PromptLength, int Completions, int CompletionLength)
{
    /// <summary>Whether another room fits into this one.</summary>
    public bool Holds(EngineRoom other) =>
        other.Rows <= Rows && other.Prompts <= Prompts && other.PromptLength <= PromptLength && other.Completions <= Completions
        && other.CompletionLength <= CompletionLength;
}

/// <summary>A forward pass over rows, each of them one token: what it gives to a row depends on that row's sequence alone.</summary>
internal interface IForward : IDisposable
{
    /// <summary>Computes rows, and keeps their keys and values. All rows of a prompt stand in one call.</summary>
    /// <param name="rows">[n], at most the room.</param>
    void Compute(ReadOnlySpan<RowPlace> rows);

    /// <summary>Draws the tokens that follow some of the last call's rows.</summary>
    /// <param name="rows">[n], their indices; at most as many as there are completions.</param>
    /// <param name="temperature">Logits are divided by it; 0 takes the most likely token, with its log-probability at temperature 1.</param>
    /// <param name="uniforms">[n], in [0, 1).</param>
    /// <returns>[n] ids and [n] log-probabilities of what was drawn, nats; valid until the next call.</returns>
    Drawn Draw(ReadOnlySpan<int> rows, double temperature, ReadOnlySpan<double> uniforms);
}

/// <summary>Tokens, and how likely they were.</summary>
/// <param name="tokens">[n] ids.</param>
/// <param name="logProbs">[n] nats.</param>
internal readonly ref struct Drawn(ReadOnlySpan<int> tokens, ReadOnlySpan<float> logProbs)
{
    public ReadOnlySpan<int> Tokens { get; } = tokens;

    public ReadOnlySpan<float> LogProbs { get; } = logProbs;
}

/// <inheritdoc cref="IForward"/>
/// <typeparam name="T">The vectors.</typeparam>
internal sealed class Forward<T> : IForward
    where T : struct, ILanes<T>
{
    // A task of a product: at most so many rows by so many panels.
    private const int RowsOfTask = 96;
    private const int LargestTask = 8;
    private const int FewRows = 3;

    private readonly ModelConfig _config;
    private readonly EngineWeights _weights;
    private readonly Team _team;
    private readonly RotaryTable _turns;
    private readonly KeyValues[] _prompts;
    private readonly KeyValues[] _completions;
    private readonly Rows _hidden;
    private readonly Rows _normed;
    private readonly Rows _wide;
    private readonly Rows _mixed;
    private readonly Rows _logits;
    private readonly Rows[] _panels;
    private readonly Rows[] _scores;
    private readonly Rows[] _heads;
    private readonly RowPlace[] _places;
    private readonly int[] _drawnRows;
    private readonly double[] _uniforms;
    private readonly int[] _tokens;
    private readonly float[] _logProbs;
    private readonly Action<int> _compute;
    private readonly Action<int> _draw;
    private readonly float[] _zeros;
    private readonly int _completionScores;
    private int _count;
    private bool _readsPrompts;
    private double _temperature;

    public Forward(ModelConfig config, EngineWeights weights, Team team, EngineRoom room)
    {
        (_config, _weights, _team) = (config, weights, team);
        _turns = new(config, room.PromptLength + room.CompletionLength);
        _prompts = [.. weights.Blocks.Select(_ => new KeyValues(config, room.Prompts, room.PromptLength, Panel))];
        _completions = [.. weights.Blocks.Select(_ => new KeyValues(config, room.Completions, room.CompletionLength, Panel))];
        (_hidden, _normed) = (new(room.Rows, config.HiddenSize), new(room.Rows, config.HiddenSize));
        _wide = new(room.Rows, weights.Blocks.Max(block => Math.Max(block.AttentionInput.Matrix.Outputs, block.FeedForwardInput.Matrix.Outputs)));
        _mixed = new(room.Rows, config.Heads * config.HeadSize);
        _logits = new(room.Completions, config.VocabularySize);
        var (shared, workers) = (config.Heads / config.KeyValueHeads, team.Size);
        _completionScores = KeyValues.RoundUp(room.PromptLength);
        _zeros = new float[KeyValues.RoundUp(Math.Max(config.HeadSize, Math.Max(room.PromptLength, room.CompletionLength)))];
        _panels = [.. Enumerable.Range(0, workers).Select(_ => new Rows(RowsOfTask, LargestTask * Panel))];
        _scores = [.. Enumerable.Range(0, workers).Select(_ => new Rows(shared, _completionScores + room.CompletionLength))];
        _heads = [.. Enumerable.Range(0, workers).Select(_ => new Rows(shared, config.HeadSize))];
        (_places, _drawnRows, _uniforms) = (new RowPlace[room.Rows], new int[room.Completions], new double[room.Completions]);
        (_tokens, _logProbs) = (new int[room.Completions], new float[room.Completions]);
        (_compute, _draw) = (Compute, Draw);
    }

    private static int Panel => PackedMatrix.Panel<T>();

    /// <inheritdoc/>
    public void Compute(ReadOnlySpan<RowPlace> rows)
    {
        rows.CopyTo(_places);
        (_count, _readsPrompts) = (rows.Length, false);
        foreach (var row in rows)
            _readsPrompts |= row.Length == 0;

        _team.Run(_compute);
    }

    /// <inheritdoc/>
    public Drawn Draw(ReadOnlySpan<int> rows, double temperature, ReadOnlySpan<double> uniforms)
    {
        rows.CopyTo(_drawnRows);
        uniforms.CopyTo(_uniforms);
        (_count, _temperature) = (rows.Length, temperature);
        _team.Run(_draw);
        return new(_tokens.AsSpan(0, _count), _logProbs.AsSpan(0, _count));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var owned in (IEnumerable<IDisposable>)[.. _prompts, .. _completions, .. _panels, .. _scores, .. _heads, _hidden, _normed, _wide, _mixed, _logits])
            owned.Dispose();
    }

    private void Compute(int worker)
    {
        for (int row; (row = _team.Next()) < _count;)
            Embed(row);

        _team.Meet();
        for (var layer = 0; layer < _weights.Blocks.Count; layer++)
        {
            var block = _weights.Blocks[layer];
            Product(_normed, block.AttentionInput, _wide, adds: false);
            _team.Meet();
            for (int row; (row = _team.Next()) < _count;)
            {
                Remember(layer, block, row);
                if (!_readsPrompts)
                    Attend(layer, row, _scores[worker], _heads[worker]);
            }

            // The tokens of a prompt see each other.
            if (_readsPrompts)
            {
                _team.Meet();
                for (int row; (row = _team.Next()) < _count;)
                    Attend(layer, row, _scores[worker], _heads[worker]);
            }

            _team.Meet();
            AddToHidden(_mixed, block.AttentionOutput, block.AttentionOutputNorm, block.FeedForwardNorm);
            Inner(block.FeedForwardInput, _panels[worker]);
            _team.Meet();
            var next = layer + 1 < _weights.Blocks.Count ? _weights.Blocks[layer + 1].AttentionNorm : _weights.FinalNorm;
            AddToHidden(_wide, block.FeedForwardOutput, block.FeedForwardOutputNorm, next);
        }
    }

    private void Draw(int worker)
    {
        for (int i; (i = _team.Next()) < _count;)
            _normed[_drawnRows[i]].CopyTo(_hidden[i]);

        _team.Meet();
        Product(_hidden, _weights.Head, _logits, adds: false);
        _team.Meet();
        for (int i; (i = _team.Next()) < _count;)
            (_tokens[i], _logProbs[i]) = TokenKernel.Draw<T>(_logits[i], _temperature, _uniforms[i]);
    }

    private void Embed(int row)
    {
        var (place, width) = (_places[row], _config.HiddenSize);
        var hidden = _hidden[row];
        _weights.Embed(place.Token, hidden);
        if (_config.Family.ScalesEmbeddings)
            RowKernels.Multiply<T>(hidden, MathF.Sqrt(width));

        if (_weights.Positions.Length > 0)
            RowKernels.Add<T>(hidden, _weights.Positions.AsSpan(place.Position * width, width));

        RowKernels.Normalize<T>(hidden, _weights.Blocks[0].AttentionNorm, _normed[row]);
    }

    // Turns a token's query, key and value into what attention reads, and keeps the last two.
    private void Remember(int layer, BlockWeights block, int row)
    {
        var (place, size, turn) = (_places[row], _config.HeadSize, _config.TurnOf(layer));
        var wide = _wide[row];
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

    private void Attend(int layer, int row, Rows scores, Rows heads)
    {
        var place = _places[row];
        var first = _config.SlidingLayers.Contains(layer) ? Math.Max(0, place.Position + 1 - _config.SlidingWindow) : 0;
        var ofPrompt = new Seen(_prompts[layer], place.Prompt, Math.Min(first, place.PromptLength), place.PromptLength, 0);
        var ofCompletion = new Seen(_completions[layer], place.Completion, Math.Max(0, first - place.PromptLength), place.Length, _completionScores);
        var shared = _config.Heads / _config.KeyValueHeads;
        for (var head = 0; head < _config.KeyValueHeads; head++)
        {
            var queries = _wide[row].Slice(head * shared * _config.HeadSize, shared * _config.HeadSize);
            Score(queries, ofPrompt, head, scores, shared);
            Score(queries, ofCompletion, head, scores, shared);
            for (var i = 0; i < shared; i++)
                Soften(scores[i].Slice(ofPrompt.ScoresFrom, ofPrompt.Count), scores[i].Slice(ofCompletion.ScoresFrom, ofCompletion.Count));

            Mix(ofPrompt, head, scores, in _zeros[0], 0, heads, shared);
            Mix(ofCompletion, head, scores, in heads.Wide(0)[0], heads.Stride, heads, shared);
            for (var i = 0; i < shared; i++)
                heads[i].CopyTo(_mixed[row][(((head * shared) + i) * _config.HeadSize)..]);
        }
    }

    // q k' of the queries that share a key-value head, for whole blocks of positions; those that are not seen are not read.
    private void Score(ReadOnlySpan<float> queries, Seen seen, int head, Rows scores, int shared)
    {
        if (seen.Count == 0)
            return;

        var (first, end) = (seen.First / Panel, (seen.End + Panel - 1) / Panel);
        var at = seen.Scores + (first * Panel);
        MatrixKernel.Multiply<T>(
            in queries[0], _config.HeadSize, shared, seen.Store.Keys(seen.Segment, head, first, end - first), _config.HeadSize,
            in _zeros[0], 0, ref scores.Wide(0)[at], scores.Stride);
    }

    // Softmax over two spans of one distribution.
    private static void Soften(Span<float> one, Span<float> other)
    {
        var largest = MathF.Max(
            one.Length == 0 ? float.NegativeInfinity : RowKernels.Largest<T>(one),
            other.Length == 0 ? float.NegativeInfinity : RowKernels.Largest<T>(other));
        var sum = RowKernels.Exponentials<T>(one, largest) + RowKernels.Exponentials<T>(other, largest);
        RowKernels.Multiply<T>(one, 1 / sum);
        RowKernels.Multiply<T>(other, 1 / sum);
    }

    // What attention gives so far, and the values of what else is seen.
    private static void Mix(Seen seen, int head, Rows scores, ref readonly float starts, int startStride, Rows heads, int shared) =>
        MatrixKernel.Multiply<T>(
            in scores.Wide(0)[seen.ScoresFrom], scores.Stride, shared, seen.Store.Values(seen.Segment, head, seen.First), seen.Count,
            in starts, startStride, ref heads.Wide(0)[0], heads.Stride);

    // hidden += linear(from), through a norm in some families; then what the next layer begins with.
    private void AddToHidden(Rows from, LinearWeights linear, NormWeights? outputNorm, NormWeights next)
    {
        Product(from, linear, outputNorm is null ? _hidden : _normed, adds: outputNorm is null);
        _team.Meet();
        for (int row; (row = _team.Next()) < _count;)
        {
            if (outputNorm is not null)
            {
                RowKernels.Normalize<T>(_normed[row], outputNorm, _normed[row]);
                RowKernels.Add<T>(_hidden[row], _normed[row]);
            }

            RowKernels.Normalize<T>(_hidden[row], next, _normed[row]);
        }

        _team.Meet();
    }

    // The feed-forward layer up to its output: a panel's gates meet their values while both are near.
    private void Inner(LinearWeights linear, Rows panels)
    {
        var gated = _config.Family.IsGated;
        for (int task; (task = _team.Next()) < Tasks(linear.Matrix);)
        {
            var part = Task(linear.Matrix, task);
            Multiply(_normed, linear, part, panels, 0, 0, adds: false);
            for (var panel = 0; panel < part.PanelCount; panel++)
            {
                var column = (part.Panel + panel) * (gated ? Panel / 2 : Panel);
                ActivationKernel.Activate<T>(
                    _config.Activation, gated, in panels.Wide(0)[panel * Panel], panels.Stride, part.Count, ref _wide.Wide(part.Row)[column], _wide.Stride);
            }
        }
    }

    private void Product(Rows from, LinearWeights linear, Rows to, bool adds)
    {
        for (int task; (task = _team.Next()) < Tasks(linear.Matrix);)
        {
            var part = Task(linear.Matrix, task);
            Multiply(from, linear, part, to, part.Row, part.Panel * Panel, adds);
        }
    }

    private int PanelsOfTask(PackedMatrix matrix) =>
        _count <= FewRows ? LargestTask : Math.Clamp(matrix.PanelCount / (4 * _team.Size), 1, LargestTask);

    private int Tasks(PackedMatrix matrix) => RoundedUp(_count, RowsOfTask) * RoundedUp(matrix.PanelCount, PanelsOfTask(matrix));

    private Part Task(PackedMatrix matrix, int task)
    {
        var size = PanelsOfTask(matrix);
        var (rows, panels) = Math.DivRem(task, RoundedUp(matrix.PanelCount, size));
        var (row, panel) = (rows * RowsOfTask, panels * size);
        return new(row, Math.Min(RowsOfTask, _count - row), panel, Math.Min(size, matrix.PanelCount - panel));
    }

    private static int RoundedUp(int number, int by) => (number + by - 1) / by;

    private static void Multiply(Rows from, LinearWeights linear, Part part, Rows to, int toRow, int toColumn, bool adds)
    {
        for (var i = 0; i < part.Count && adds && linear.HasBiases; i++)
            RowKernels.Add<T>(to.Wide(toRow + i).Slice(toColumn, part.PanelCount * Panel), linear.Biases.AsSpan(part.Panel * Panel, part.PanelCount * Panel));

        ref var results = ref to.Wide(toRow)[toColumn];
        ref var starts = ref adds ? ref results : ref linear.Biases[part.Panel * Panel];
        MatrixKernel.Multiply<T>(
            in from.Wide(part.Row)[0], from.Stride, part.Count, linear.Matrix.Panels(part.Panel, part.PanelCount), linear.Matrix.Inputs,
            in starts, adds ? to.Stride : 0, ref results, to.Stride);
    }

    // Some rows by some panels.
    private readonly record struct Part(int Row, int Count, int Panel, int PanelCount);

    // What of a segment a row sees: positions from First to End, whose scores begin at Scores + First.
    private readonly record struct Seen(KeyValues Store, int Segment, int First, int End, int Scores)
    {
        public int Count => End - First;

        public int ScoresFrom => Scores + First;
    }
}

/// <summary>Rows of numbers, each of which begins at a cache line and has room for whole panels.</summary>
internal sealed class Rows(int count, int width) : IDisposable
{
    // Rows that are read together must not lie a power of two apart: they would take the same places of the cache.
    private const int Shift = 16;

    private readonly Aligned<float> _numbers = new((long)count * (KeyValues.RoundUp(width) + Shift));

    /// <summary>From a row to the next one.</summary>
    public int Stride { get; } = KeyValues.RoundUp(width) + Shift;

    /// <summary>[width].</summary>
    public Span<float> this[int row] => Wide(row)[..width];

    /// <summary>[stride]: with the room behind the row.</summary>
    public Span<float> Wide(int row) => _numbers.Slice((long)row * Stride, Stride);

    /// <summary>Frees the memory.</summary>
    public void Dispose() => _numbers.Dispose();
}
