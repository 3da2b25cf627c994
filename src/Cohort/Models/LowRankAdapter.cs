using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>The size of a low-rank adapter, the same for every layer that it is made for.</summary>
/// <param name="Rank">r, at least 1.</param>
/// <param name="Alpha">α, above 0.</param>
/// <param name="RankStabilized">Whether the scale is α / sqrt(r) (rsLoRA, arXiv:2312.03732) in place of α / r.</param>
public readonly record struct LowRankShape(int Rank, double Alpha, bool RankStabilized)
{
    /// <summary>s, what the product of the two matrices is multiplied by.</summary>
    public double Scale => Alpha / (RankStabilized ? Math.Sqrt(Rank) : Rank);
}

/// <summary>What LoRA (arXiv:2106.09685, eq. 3) adds to a linear layer: s * dropout(x) A' B'. Its matrices are not initialized.</summary>
internal sealed class LowRankAdapter
{
    /// <summary>PEFT's name of A, below the layer's.</summary>
    public const string DownName = "lora_A.weight";

    /// <summary>PEFT's name of B, below the layer's.</summary>
    public const string UpName = "lora_B.weight";

    private double _dropped;
    private ulong _dropoutSeed;

    /// <param name="layer">The layer that it is for; it goes onto the same device, in float32.</param>
    /// <param name="shape">Rank and scale.</param>
    public LowRankAdapter(Projection layer, LowRankShape shape)
    {
        Shape = shape;
        var device = layer.Weight.device;
        Down = new Parameter(empty(shape.Rank, layer.Weight.shape[1], dtype: ScalarType.Float32, device: device));
        Up = new Parameter(empty(layer.Weight.shape[0], shape.Rank, dtype: ScalarType.Float32, device: device));
        Down.DetachFromDisposeScope();
        Up.DetachFromDisposeScope();
    }

    /// <summary>Rank and scale.</summary>
    public LowRankShape Shape { get; }

    /// <summary>A, [r, inputs] float32.</summary>
    public Parameter Down { get; }

    /// <summary>B, [outputs, r] float32.</summary>
    public Parameter Up { get; }

    /// <summary>A and B, in this order.</summary>
    public IReadOnlyList<Parameter> Matrices => [Down, Up];

    /// <summary>Drops entries of every input from here on, always the same ones: a forward pass that is repeated gives the same numbers.</summary>
    /// <param name="share">How many of them, in [0, 1); 0 drops none. What stays is divided by 1 - share.</param>
    /// <param name="seed">Says which.</param>
    public void Drop(double share, ulong seed) => (_dropped, _dropoutSeed) = (share, seed);

    /// <summary>s * dropout(x) A' B'.</summary>
    /// <param name="input">[..., inputs].</param>
    /// <returns>[..., outputs] in the input's type, owned by the caller's scope; carries gradient.</returns>
    public Tensor Delta(Tensor input)
    {
        using var scope = NewDisposeScope();
        var kept = Dropped(input.to_type(Down.dtype));
        var narrow = nn.functional.linear(kept, Down);
        return (nn.functional.linear(narrow, Up) * Shape.Scale).to_type(input.dtype).MoveToOuterDisposeScope();
    }

    /// <summary>s B A: what merging adds to the layer's weight.</summary>
    /// <returns>[outputs, inputs] float32, owned by the caller's scope.</returns>
    public Tensor Product()
    {
        using var scope = NewDisposeScope();
        return (Up.matmul(Down) * Shape.Scale).MoveToOuterDisposeScope();
    }

    private Tensor Dropped(Tensor input)
    {
        if (_dropped == 0)
        {
            return input;
        }

        using var scope = NewDisposeScope();
        using var generator = new Generator(_dropoutSeed, input.device);
        using var mask = empty_like(input, requires_grad: false).bernoulli_(1 - _dropped, generator);
        return (input * mask.div_(1 - _dropped)).MoveToOuterDisposeScope();
    }
}
