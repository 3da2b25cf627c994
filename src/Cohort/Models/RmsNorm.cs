using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>Root-mean-square norm (arXiv:1910.07467): x / sqrt(mean(x^2) + epsilon) * weight.</summary>
internal sealed class RmsNorm : nn.Module<Tensor, Tensor>
{
    private readonly Parameter _weight;
    private readonly double _epsilon;

    public RmsNorm(int size, double epsilon)
        : base(nameof(RmsNorm))
    {
        _epsilon = epsilon;
        _weight = BorrowedWeights.Blank(size);
        register_parameter("weight", _weight);
    }

    /// <param name="input">[..., H].</param>
    /// <returns>[..., H], owned by the caller's scope.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var length = linalg.vector_norm(input, 2, [-1], keepdim: true);
        var scale = (length.square() / input.shape[^1]).add_(_epsilon).rsqrt_();
        return (input * scale * _weight).MoveToOuterDisposeScope();
    }
}
