using Cohort.Kernels;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Models;

/// <summary>silu(gate) · value, in float32 on the CPU, in one pass; inputs are gate and value, of one shape.</summary>
internal sealed class SiluGate : Operation
{
    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> inputs)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var output = empty_like(inputs[0], requires_grad: false);
        Run(new GateForward(TensorNumbers.Of(inputs[0]), TensorNumbers.Of(inputs[1]), TensorNumbers.Of(output)), output);
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(IReadOnlyList<Tensor> inputs, Tensor incoming)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        Tensor[] gradients = [.. inputs.Select(input => empty_like(input, requires_grad: false))];
        var outer = TensorNumbers.Of(incoming.contiguous());
        Run(
            new GateBackward(
                TensorNumbers.Of(inputs[0]), TensorNumbers.Of(inputs[1]), outer, TensorNumbers.Of(gradients[0]), TensorNumbers.Of(gradients[1])),
            incoming);
        return [.. gradients.Select(gradient => gradient.MoveToOuterDisposeScope())];
    }

    private static void Run(IKernel kernel, Tensor numbers) => Vectors.Run(kernel, GateForward.Tasks(numbers.numel()), get_num_threads());
}
