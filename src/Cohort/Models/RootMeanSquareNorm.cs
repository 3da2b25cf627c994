using Cohort.Kernels;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>x / sqrt(mean(x²) + ε) w (arXiv:1910.07467) over the last dimension, in float32 on the CPU, in one pass; inputs are x and w.</summary>
/// <param name="epsilon">ε.</param>
internal sealed class RootMeanSquareNorm(double epsilon) : Operation
{
    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> inputs)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var output = empty_like(inputs[0], requires_grad: false);
        Run(new NormForward(TensorNumbers.Of(inputs[0]), TensorNumbers.Of(inputs[1]), epsilon, TensorNumbers.Of(output)), inputs);
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(IReadOnlyList<Tensor> inputs, Tensor incoming)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var (input, weight) = (inputs[0], inputs[1]);
        var ofInput = empty_like(input, requires_grad: false);
        var parts = empty([Tasks(inputs), weight.shape[0]]);
        Run(
            new NormBackward(
                TensorNumbers.Of(input), TensorNumbers.Of(weight), epsilon, TensorNumbers.Of(incoming.contiguous()), TensorNumbers.Of(ofInput),
                TensorNumbers.Of(parts)),
            inputs);
        return [ofInput.MoveToOuterDisposeScope(), parts.sum([0L]).MoveToOuterDisposeScope()];
    }

    private static int Tasks(IReadOnlyList<Tensor> inputs) => NormForward.Tasks(inputs[0].numel() / inputs[1].shape[0]);

    private static void Run(IKernel kernel, IReadOnlyList<Tensor> inputs) => Vectors.Run(kernel, Tasks(inputs), get_num_threads());
}
