using Cohort.Kernels;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>Attention of one layer over packed groups, in float32 on the CPU: turns, scores, softmax and mixture in one operation.</summary>
/// <param name="shape">Everything but the cosines and sines, which are taken anew for each pass.</param>
/// <param name="turn">[positions, d] cosines and sines, owned by the caller's scope; of layers that do not turn, empty tensors.</param>
internal sealed class PackedAttention(AttentionShape shape, Func<(Tensor Cos, Tensor Sin)> turn) : Operation
{
    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> inputs)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var output = empty_like(inputs[0], requires_grad: false);
        var turned = Turned();
        Vectors.Run(new AttentionForward(turned, Numbers(inputs), TensorNumbers.Of(output)), turned.Tasks, get_num_threads());
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(IReadOnlyList<Tensor> inputs, Tensor incoming)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor[] gradients = [.. inputs.Select(input => empty_like(input, requires_grad: false))];
        var turned = Turned();
        var outer = TensorNumbers.Of(incoming.contiguous());
        Vectors.Run(new AttentionBackward(turned, Numbers(inputs), outer, Numbers(gradients)), turned.Tasks, get_num_threads());
        return [.. gradients.Select(gradient => gradient.MoveToOuterDisposeScope())];
    }

    private static AttentionInputs Numbers(IReadOnlyList<Tensor> three) =>
        new(TensorNumbers.Of(three[0]), TensorNumbers.Of(three[1]), TensorNumbers.Of(three[2]));

    private AttentionShape Turned()
    {
        var (cos, sin) = turn();
        return shape with { Cosines = TensorNumbers.Of(cos), Sines = TensorNumbers.Of(sin) };
    }
}
