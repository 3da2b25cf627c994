using Cohort.Kernels;
using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>
/// log p of a token and the entropy of p = softmax(logits / temperature), in float32 on the CPU, in one pass; inputs are logits [n, V] and tokens [n] int64,
/// the output is [2, n], nats: log-probabilities, then entropies.
/// </summary>
/// <param name="temperature">Positive.</param>
internal sealed class LogProbAndEntropy(double temperature) : Operation
{
    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> inputs)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var logits = Rows(inputs);
        var output = empty([2, logits.Tokens.Length]);
        Vectors.Run(new LogProbForward(logits, TensorNumbers.Of(output)), logits.Tasks, get_num_threads());
        return output.MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(IReadOnlyList<Tensor> inputs, Tensor incoming)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var logits = Rows(inputs);
        var ofLogits = empty_like(inputs[0], requires_grad: false);
        var outer = TensorNumbers.Of(incoming.contiguous());
        Vectors.Run(new LogProbBackward(logits, outer, TensorNumbers.Of(ofLogits)), logits.Tasks, get_num_threads());
        return [ofLogits.MoveToOuterDisposeScope(), null];
    }

    private LogitRows Rows(IReadOnlyList<Tensor> inputs) =>
        new(TensorNumbers.Of(inputs[0]), (int)inputs[0].shape[1], inputs[1].data<long>().ToArray(), temperature);
}
