using System.Runtime.InteropServices;
using Cohort.Kernels;
using Cohort.Models;
using static TorchSharp.torch;

namespace Cohort.Engine;

/// <summary>A linear layer.</summary>
/// <param name="Matrix">[outputs, inputs].</param>
/// <param name="Biases">One for each output of the matrix' panels, 0 beyond the last and where the layer has none.</param>
/// <param name="HasBiases">Whether it has some.</param>
internal sealed record LinearWeights(PackedMatrix Matrix, float[] Biases, bool HasBiases);

/// <summary>One block.</summary>
internal sealed record BlockWeights
{
    public required NormWeights AttentionNorm { get; init; }

    /// <summary>Queries, keys and values, one below the other.</summary>
    public required LinearWeights AttentionInput { get; init; }

    public required NormWeights? QueryNorm { get; init; }

    public required NormWeights? KeyNorm { get; init; }

    public required LinearWeights AttentionOutput { get; init; }

    public required NormWeights? AttentionOutputNorm { get; init; }

    public required NormWeights FeedForwardNorm { get; init; }

    /// <summary>Values alone; of a gated layer the first half of every panel are gates, the second half the values that belong to them.</summary>
    public required LinearWeights FeedForwardInput { get; init; }

    public required LinearWeights FeedForwardOutput { get; init; }

    public required NormWeights? FeedForwardOutputNorm { get; init; }
}

/// <summary>A model's weights as rollouts read them: adapters merged, whatever type and place the policy's own have.</summary>
internal sealed class EngineWeights : IDisposable
{
    private readonly PackedType _type;
    private readonly int _panel;
    private readonly float[] _embedding;
    private readonly List<Action<Team>> _reads = [];
    private readonly List<PackedMatrix> _matrices = [];

    /// <param name="model">Whose weights these are.</param>
    /// <param name="type">How matrices are held.</param>
    /// <param name="panel">Outputs of their panels.</param>
    public EngineWeights(LanguageModel model, PackedType type, int panel)
    {
        (_type, _panel) = (type, panel);
        var trunk = model.Trunk;
        _embedding = model.Config.TieEmbeddings ? [] : Numbers(trunk.EmbeddingWeight);
        Positions = trunk.PositionWeight is { } positions ? Numbers(positions) : [];
        Blocks = [.. trunk.Blocks.Select(Block)];
        FinalNorm = Norm(trunk.FinalNorm);
        Head = HeadOf(model);
    }

    /// <summary>[C, H] of families that learn positions, else empty.</summary>
    public float[] Positions { get; }

    public IReadOnlyList<BlockWeights> Blocks { get; }

    public NormWeights FinalNorm { get; }

    public LinearWeights Head { get; }

    /// <summary>Reads the model's weights as they are now.</summary>
    /// <param name="team">Who packs.</param>
    public void Read(Team team)
    {
        using var _ = no_grad();
        foreach (var read in _reads)
        {
            using var scope = NewDisposeScope(); // of one layer at a time: with an adapter it holds the layer's merged weights
            read(team);
        }
    }

    /// <summary>Frees the matrices.</summary>
    public void Dispose()
    {
        foreach (var matrix in _matrices)
            matrix.Dispose();
    }

    /// <summary>A token's row of the embedding.</summary>
    /// <param name="token">Its id.</param>
    /// <param name="hidden">[H], filled.</param>
    public void Embed(int token, Span<float> hidden)
    {
        if (_embedding.Length > 0)
            _embedding.AsSpan(token * hidden.Length, hidden.Length).CopyTo(hidden);
        else
            Head.Matrix.Read(token, hidden);
    }

    private BlockWeights Block(TransformerBlock block) => new()
    {
        AttentionNorm = Norm(block.AttentionNorm),
        AttentionInput = Linear(block.Attention.Inputs),
        QueryNorm = block.Attention.QueryNorm is { } query ? Norm(query) : null,
        KeyNorm = block.Attention.KeyNorm is { } key ? Norm(key) : null,
        AttentionOutput = Linear([block.Attention.Output]),
        AttentionOutputNorm = block.AttentionOutputNorm is { } attended ? Norm(attended) : null,
        FeedForwardNorm = Norm(block.FeedForwardNorm),
        FeedForwardInput = block.FeedForward.Gate is { } gate ? Gated(gate, block.FeedForward.Up) : Linear([block.FeedForward.Up]),
        FeedForwardOutput = Linear([block.FeedForward.Down]),
        FeedForwardOutputNorm = block.FeedForwardOutputNorm is { } fed ? Norm(fed) : null,
    };

    private NormWeights Norm(Norm norm)
    {
        var weights = Numbers(norm.Weight, plus: norm.Kind == NormKind.RootMeanSquareAroundOne ? 1 : 0);
        return new(norm.Kind == NormKind.Layer, norm.Epsilon, weights, norm.Bias is null ? [] : Numbers(norm.Bias));
    }

    private LinearWeights Linear(IReadOnlyList<Projection> layers)
    {
        var (places, first) = (new List<(Projection, Func<int, int>)>(), 0);
        foreach (var layer in layers)
        {
            var begin = first;
            places.Add((layer, row => begin + row));
            first += (int)layer.Weight.shape[0];
        }

        return Packed(places, first);
    }

    private LinearWeights Gated(Projection gate, Projection value)
    {
        var outputs = (int)gate.Weight.shape[0];
        var half = _panel / 2;
        var panels = (outputs + half - 1) / half;
        return Packed([(gate, row => Place(row, 0)), (value, row => Place(row, half))], panels * _panel);

        int Place(int row, int offset) => (row / half * _panel) + (row % half) + offset;
    }

    private LinearWeights Packed(List<(Projection Layer, Func<int, int> OutputOf)> parts, int outputs)
    {
        var matrix = Matrix(outputs, parts[0].Layer.Weight);
        var biases = new float[matrix.PanelCount * _panel];
        _reads.Add(team => Fill(matrix, [.. parts.Select(part => (part.Layer.Merged(), part.OutputOf))], team));
        foreach (var (layer, outputOf) in parts)
        {
            if (layer.Bias is { } bias)
            {
                _reads.Add(_ =>
                {
                    foreach (var (row, number) in Span(bias).ToArray().Index())
                        biases[outputOf(row)] = number;
                });
            }
        }

        return new(matrix, biases, parts.Any(part => part.Layer.Bias is not null));
    }

    private LinearWeights HeadOf(LanguageModel model)
    {
        var weight = model.HeadWeight;
        var matrix = Matrix((int)weight.shape[0], weight);
        _reads.Add(team => Fill(matrix, [(weight, row => row)], team));
        return new(matrix, new float[matrix.PanelCount * _panel], HasBiases: false);
    }

    private PackedMatrix Matrix(int outputs, Tensor weight)
    {
        var matrix = new PackedMatrix(outputs, (int)weight.shape[1], _type, _panel);
        _matrices.Add(matrix);
        return matrix;
    }

    private unsafe void Fill(PackedMatrix matrix, IReadOnlyList<(Tensor Weights, Func<int, int> OutputOf)> parts, Team team)
    {
        using var scope = NewDisposeScope();
        var rows = new nint[matrix.PanelCount * _panel];
        foreach (var (weights, outputOf) in parts)
        {
            fixed (float* numbers = Span(weights))
            {
                for (var row = 0; row < (int)weights.shape[0]; row++)
                    rows[outputOf(row)] = (nint)(numbers + ((long)row * matrix.Inputs));
            }
        }

        team.Run(_ =>
        {
            for (int panel; (panel = team.Next()) < matrix.PanelCount;)
                matrix.Fill(panel, rows.AsSpan(panel * _panel, _panel));
        });
    }

    private float[] Numbers(Tensor tensor, float plus = 0)
    {
        var numbers = new float[tensor.numel()];
        _reads.Add(_ =>
        {
            Span(tensor).CopyTo(numbers);
            for (var i = 0; plus != 0 && i < numbers.Length; i++)
                numbers[i] += plus;
        });
        return numbers;
    }

    // The numbers of a tensor as they lie in memory; valid while the tensor's scope is.
    private static ReadOnlySpan<float> Span(Tensor tensor) =>
        MemoryMarshal.Cast<byte, float>(tensor.detach().to(CPU).to_type(ScalarType.Float32).contiguous().bytes);
}
