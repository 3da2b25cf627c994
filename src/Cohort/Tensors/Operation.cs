using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>One use of an operation that knows its own gradients. It holds no tensors: what the gradients need is computed anew from the inputs.</summary>
internal abstract class Operation
{
    /// <summary>The output, which carries gradient where an input does.</summary>
    /// <param name="inputs">What it is computed from; gradients flow to those that require them.</param>
    /// <returns>Owned by the caller's scope.</returns>
    public Tensor Apply(params IReadOnlyList<Tensor> inputs) => is_grad_enabled() && inputs.Any(input => input.requires_grad)
        ? OperationFunction.apply([this, .. inputs])
        : Forward(inputs);

    /// <summary>The output alone; owned by the caller's scope.</summary>
    /// <param name="inputs">As given to <see cref="Apply"/>.</param>
    public abstract Tensor Forward(IReadOnlyList<Tensor> inputs);

    /// <summary>Gradients of the inputs, null where none is asked for; owned by the caller's scope.</summary>
    /// <param name="inputs">As they were in the forward pass.</param>
    /// <param name="incoming">The gradient of the output.</param>
    public abstract IReadOnlyList<Tensor?> Backward(IReadOnlyList<Tensor> inputs, Tensor incoming);
}
