using System.Runtime.InteropServices;
using Cohort.Kernels;
using Cohort.Models;
using static TorchSharp.torch;

namespace Cohort.Engine;

/// <summary>A linear layer.</summary>
/// <param name="Matrix">[outputs, inputs].</param>
/// <param name="Biases">One for each output of the matrix' panels, 0 beyond the last; empty where the layer has none.</param>
internal sealed record LinearWeights(PackedMatrix Matrix, float[] Biases);

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

/// <summary>A model's weights as rollouts read them: packed once, adapters merged, whatever type and place the policy's own have.</summary>
internal sealed class EngineWeights
{
    private readonly PackedType _type;
    private readonly int _panel;

    private EngineWeights(LanguageModel model, PackedType type, int panel)
    {
        (_type, _panel) = (type, panel);
        var trunk = model.Trunk;
        Embedding = Numbers(trunk.EmbeddingWeight);
        Positions = trunk.PositionWeight is { } positions ? Numbers(positions) : [];
        Blocks = [.. trunk.Blocks.Select(Block)];
        FinalNorm = Norm(trunk.FinalNorm);
        Head = new(Packed(model.HeadWeight), []);
    }

    /// <summary>[V, H].</summary>
    public float[] Embedding { get; }

    /// <summary>[C, H] of families that learn positions, else empty.</summary>
    public float[] Positions { get; }

    public IReadOnlyList<BlockWeights> Blocks { get; }

    public NormWeights FinalNorm { get; }

    public LinearWeights Head { get; }

    /// <summary>Packs a model's weights as they are now.</summary>
    /// <param name="model">The model.</param>
    /// <param name="type">How matrices are held.</param>
    /// <param name="panel">Outputs of their panels.</param>
    public static EngineWeights Of(LanguageModel model, PackedType type, int panel)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        return new(model, type, panel);
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

    private static NormWeights Norm(Norm norm)
    {
        var weights = Numbers(norm.Weight);
        if (norm.Kind == NormKind.RootMeanSquareAroundOne)
            weights = [.. weights.Select(weight => 1 + weight)];

        return new(norm.Kind == NormKind.Layer, norm.Epsilon, weights, norm.Bias is null ? [] : Numbers(norm.Bias));
    }

    private LinearWeights Linear(IReadOnlyList<Projection> layers)
    {
        var (parts, first) = (new List<(Projection, Func<int, int>)>(), 0);
        foreach (var layer in layers)
        {
            var begin = first;
            parts.Add((layer, row => begin + row));
            first += (int)layer.Weight.shape[0];
        }

        return Packed(parts, first);
    }

    private LinearWeights Gated(Projection gate, Projection value)
    {
        var outputs = (int)gate.Weight.shape[0];
        var half = _panel / 2;
        var panels = (outputs + half - 1) / half;
        return Packed([(gate, row => Place(row, 0)), (value, row => Place(row, half))], panels * _panel);

        int Place(int row, int offset) => (row / half * _panel) + (row % half) + offset;
    }

    private LinearWeights Packed(IReadOnlyList<(Projection Layer, Func<int, int> OutputOf)> parts, int outputs)
    {
        var matrix = new PackedMatrix(outputs, (int)parts[0].Layer.Weight.shape[1], _type, _panel);
        var biases = parts.Any(part => part.Layer.Bias is not null) ? new float[matrix.PanelCount * _panel] : [];
        foreach (var (layer, outputOf) in parts)
        {
            using var scope = NewDisposeScope();
            matrix.Fill(Span(layer.Merged()), outputOf);
            if (layer.Bias is { } bias)
            {
                var numbers = Span(bias);
                for (var row = 0; row < numbers.Length; row++)
                    biases[outputOf(row)] = numbers[row];
            }
        }

        return new(matrix, biases);
    }

    private PackedMatrix Packed(Tensor weight)
    {
        var matrix = new PackedMatrix((int)weight.shape[0], (int)weight.shape[1], _type, _panel);
        matrix.Fill(Span(weight), row => row);
        return matrix;
    }

    private static float[] Numbers(Tensor tensor) => Span(tensor).ToArray();

    // The numbers of a tensor as they lie in memory; valid while the tensor's scope is.
    private static ReadOnlySpan<float> Span(Tensor tensor) =>
        MemoryMarshal.Cast<byte, float>(tensor.detach().to(CPU).to_type(ScalarType.Float32).contiguous().bytes);
}
