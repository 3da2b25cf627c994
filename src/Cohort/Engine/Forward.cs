using Cohort.Kernels;
using Cohort.Models;

namespace Cohort.Engine;

/// <inheritdoc cref="IForward"/>
/// <typeparam name="T">The vectors.</typeparam>
internal sealed class Forward<T> : IForward
    where T : struct, ILanes<T>
{
    // A task of a product: at most so many rows by so many panels.
    private const int RowsOfTask = 96;
    private const int LargestTask = 8;
    private const int FewRows = 3;
    private const int PanelsOfFewRows = 4;

    // Up to so many rows each thread normalizes for itself: quicker than to meet once more, and what it reads next then lies near it.
    private const int OwnRows = 96;
    private const int RowsTogether = 4;

    private readonly ModelConfig _config;
    private readonly EngineWeights _weights;
    private readonly Team _team;
    private readonly CachedAttention<T> _attention;
    private readonly Rows _hidden;
    private readonly Rows _normed;
    private readonly Rows _wide;
    private readonly Rows _mixed;
    private readonly Rows _logits;
    private readonly Rows[] _own;
    private readonly Rows[] _panels;
    private readonly RowPlace[] _places;
    private readonly int[] _drawnRows;
    private readonly double[] _uniforms;
    private readonly int[] _tokens;
    private readonly float[] _logProbs;
    private readonly Action<int> _compute;
    private readonly Action<int> _draw;
    private Rows _final;
    private int _count;
    private bool _readsPrompts;
    private double _temperature;

    public Forward(ModelConfig config, EngineWeights weights, Team team, EngineRoom room)
    {
        (_config, _weights, _team) = (config, weights, team);
        _attention = new(config, room, team.Size);
        (_hidden, _normed) = (new(room.Rows, config.HiddenSize), new(room.Rows, config.HiddenSize));
        _wide = new(room.Rows, weights.Blocks.Max(block => Math.Max(block.AttentionInput.Matrix.Outputs, block.FeedForwardInput.Matrix.Outputs)));
        _mixed = new(room.Rows, config.Heads * config.HeadSize);
        _logits = new(room.Completions, config.VocabularySize);
        _panels = [.. Enumerable.Range(0, team.Size).Select(_ => new Rows(RowsOfTask, LargestTask * Panel))];
        _own = [.. Enumerable.Range(0, team.Size).Select(_ => new Rows(Math.Min(OwnRows, room.Rows), config.HiddenSize))];
        _final = _normed;
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
        foreach (var owned in (IEnumerable<IDisposable>)[_attention, .. _own, .. _panels, _hidden, _normed, _wide, _mixed, _logits])
            owned.Dispose();
    }

    private void Compute(int worker)
    {
        while (NextRows(RowsTogether, out var row, out var end))
            for (; row < end; row++)
                Embed(row);

        _team.Meet();
        var normed = Normed(_weights.Blocks[0].AttentionNorm, worker);
        for (var layer = 0; layer < _weights.Blocks.Count; layer++)
        {
            var block = _weights.Blocks[layer];
            Product(normed, block.AttentionInput, _wide, adds: false);
            _team.Meet();
            for (int row; (row = _team.Next()) < _count;)
            {
                _attention.Remember(layer, block, _places[row], _wide[row]);
                if (!_readsPrompts)
                    _attention.Attend(layer, _places[row], _wide[row], _mixed[row], worker);
            }

            // The tokens of a prompt see each other.
            if (_readsPrompts)
            {
                _team.Meet();
                for (int row; (row = _team.Next()) < _count;)
                    _attention.Attend(layer, _places[row], _wide[row], _mixed[row], worker);
            }

            _team.Meet();
            AddToHidden(_mixed, block.AttentionOutput, block.AttentionOutputNorm);
            Inner(Normed(block.FeedForwardNorm, worker), block.FeedForwardInput, _panels[worker]);
            _team.Meet();
            AddToHidden(_wide, block.FeedForwardOutput, block.FeedForwardOutputNorm);
            normed = Normed(layer + 1 < _weights.Blocks.Count ? _weights.Blocks[layer + 1].AttentionNorm : _weights.FinalNorm, worker);
        }

        if (worker == 0)
            _final = normed;
    }

    private void Draw(int worker)
    {
        for (int i; (i = _team.Next()) < _count;)
            _final[_drawnRows[i]].CopyTo(_hidden[i]);

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
    }

    // hidden += linear(from), through a norm in some families.
    private void AddToHidden(Rows from, LinearWeights linear, NormWeights? outputNorm)
    {
        Product(from, linear, outputNorm is null ? _hidden : _normed, adds: outputNorm is null);
        _team.Meet();
        if (outputNorm is null)
            return;

        while (NextRows(RowsTogether, out var row, out var end))
        {
            for (; row < end; row++)
            {
                RowKernels.Normalize<T>(_normed[row], outputNorm, _normed[row]);
                RowKernels.Add<T>(_hidden[row], _normed[row]);
            }
        }

        _team.Meet();
    }

    // What the next layer begins with.
    private Rows Normed(NormWeights norm, int worker)
    {
        if (_count <= OwnRows)
        {
            for (var row = 0; row < _count; row++)
                RowKernels.Normalize<T>(_hidden[row], norm, _own[worker][row]);

            return _own[worker];
        }

        while (NextRows(RowsTogether, out var row, out var end))
            for (; row < end; row++)
                RowKernels.Normalize<T>(_hidden[row], norm, _normed[row]);

        _team.Meet();
        return _normed;
    }

    private bool NextRows(int together, out int first, out int end)
    {
        first = _team.Next() * together;
        end = Math.Min(first + together, _count);
        return first < _count;
    }

    // The feed-forward layer up to its output: a panel's gates meet their values while both are near.
    private void Inner(Rows normed, LinearWeights linear, Rows panels)
    {
        var gated = _config.Family.IsGated;
        for (int task; (task = _team.Next()) < Tasks(linear.Matrix);)
        {
            var part = Task(linear.Matrix, task);
            Multiply(normed, linear, part, panels, 0, 0, adds: false);
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
        _count <= FewRows
            ? Math.Clamp(matrix.PanelCount / _team.Size, 1, PanelsOfFewRows)
            : Math.Clamp(matrix.PanelCount / (16 * _team.Size), 1, LargestTask);

    private int Tasks(PackedMatrix matrix) => RoundedUp(_count, RowsOfTask) * RoundedUp(matrix.PanelCount, PanelsOfTask(matrix));

    private Part Task(PackedMatrix matrix, int task)
    {
        var size = PanelsOfTask(matrix);
        var (rows, panels) = Math.DivRem(task, RoundedUp(matrix.PanelCount, size));
        var (row, panel) = (rows * RowsOfTask, panels * size);
        return new(row, Math.Min(RowsOfTask, _count - row), panel, Math.Min(size, matrix.PanelCount - panel));
    }

    private static int RoundedUp(int number, int by) => (number + by - 1) / by;

    // While a thread computes with a panel, it asks for the one at the same place of its next task, which is as far away as there are threads.
    private void Multiply(Rows from, LinearWeights linear, Part part, Rows to, int toRow, int toColumn, bool adds)
    {
        for (var i = 0; i < part.Count && adds && linear.HasBiases; i++)
            RowKernels.Add<T>(to.Wide(toRow + i).Slice(toColumn, part.PanelCount * Panel), linear.Biases.AsSpan(part.Panel * Panel, part.PanelCount * Panel));

        ref var results = ref to.Wide(toRow)[toColumn];
        ref var starts = ref adds ? ref results : ref linear.Biases[part.Panel * Panel];
        MatrixKernel.Multiply<T>(
            in from.Wide(part.Row)[0], from.Stride, part.Count,
            linear.Matrix.Panels(part.Panel, part.PanelCount, _team.Size * PanelsOfTask(linear.Matrix)), linear.Matrix.Inputs,
            in starts, adds ? to.Stride : 0, ref results, to.Stride);
    }

    // Some rows by some panels.
    private readonly record struct Part(int Row, int Count, int Panel, int PanelCount);
}
