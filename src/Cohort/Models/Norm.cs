using System.Diagnostics;
using Cohort.Tensors;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>How a norm is computed.</summary>
internal enum NormKind
{
    /// <summary>x / sqrt(mean(x^2) + epsilon) * weight (arXiv:1910.07467).</summary>
    RootMeanSquare,

    /// <summary>The same times (1 + weight).</summary>
    RootMeanSquareAroundOne,

    /// <summary>(x - mean) / sqrt(variance + epsilon) * weight + bias (arXiv:1607.06450).</summary>
    Layer,
}

/// <summary>A norm over the last dimension, with weights that start at the identity; float32 (float64 for float64) inside, the input's type outside.</summary>
internal sealed class Norm : nn.Module<Tensor, Tensor>
{
    private readonly NormKind _kind;
    private readonly double _epsilon;

    [ComponentName(Name = "weight")]
    private readonly Parameter _weight;

    [ComponentName(Name = "bias")]
    private readonly Parameter? _bias;

    public Norm(NormKind kind, int size, double epsilon, Device? device = null)
        : base(nameof(Norm))
    {
        (_kind, _epsilon) = (kind, epsilon);
        _weight = new Parameter(full(size, FreshWeight(kind), device: device));
        _weight.DetachFromDisposeScope();
        register_parameter("weight", _weight);
        if (kind == NormKind.Layer)
        {
            _bias = new Parameter(zeros(size, device: device));
            _bias.DetachFromDisposeScope();
            register_parameter("bias", _bias);
        }
    }

    /// <summary>How it is computed.</summary>
    public NormKind Kind => _kind;

    /// <summary>Added under the root.</summary>
    public double Epsilon => _epsilon;

    /// <summary>[H].</summary>
    public Parameter Weight => _weight;

    /// <summary>[H], of a layer norm.</summary>
    public Parameter? Bias => _bias;

    /// <summary>The weight that changes nothing.</summary>
    public static float FreshWeight(NormKind kind) => kind == NormKind.RootMeanSquareAroundOne ? 0 : 1;

    /// <param name="input">[..., H].</param>
    /// <returns>[..., H], owned by the caller's scope.</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        if (_kind != NormKind.Layer && TensorNumbers.Reach(input) && input.is_contiguous())
        {
            var weight = Precision.As(_weight, ScalarType.Float32);
            return new RootMeanSquareNorm(_epsilon).Apply(input, _kind == NormKind.RootMeanSquare ? weight : 1 + weight).MoveToOuterDisposeScope();
        }

        var type = Precision.Wide(input.dtype);
        var wide = Precision.As(input, type);
        var normed = _kind switch
        {
            NormKind.RootMeanSquare => Precision.As(Scaled(wide), input.dtype) * Precision.As(_weight, input.dtype),
            NormKind.RootMeanSquareAroundOne => Scaled(wide) * (1 + Precision.As(_weight, type)),
            NormKind.Layer => nn.functional.layer_norm(
                wide, [wide.shape[^1]], Precision.As(_weight, type), Precision.As(_bias!, type), _epsilon),
            _ => throw new UnreachableException(),
        };
        return Precision.As(normed, input.dtype).MoveToOuterDisposeScope();
    }

    private Tensor Scaled(Tensor input)
    {
        using var scope = NewDisposeScope();
        var length = linalg.vector_norm(input, 2, [-1], keepdim: true);
        var scale = (length.square() / input.shape[^1]).add_(_epsilon).rsqrt_();
        return (input * scale).MoveToOuterDisposeScope();
    }
}
