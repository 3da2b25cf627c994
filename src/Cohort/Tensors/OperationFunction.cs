using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>The node that an <see cref="Operation"/> puts into the graph: arguments are the operation and its inputs.</summary>
internal sealed class OperationFunction : autograd.SingleTensorFunction<OperationFunction>
{
    private const string OperationKey = "operation";

    // The graph reads what a node returns as soon as it has returned, but nobody then disposes it: the next node of this thread does, and at last the
    // scope around the backward pass. Held any longer, the gradients of a whole model would be there twice.
    [ThreadStatic]
    private static List<Tensor>? _returned;

    public override string Name => nameof(OperationFunction);

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var operation = (Operation)arguments[0];
        var inputs = arguments[1..].Cast<Tensor>().ToList();
        context.save_data(OperationKey, operation);
        context.save_for_backward(inputs);
        return operation.Forward(inputs);
    }

    public override List<Tensor?> backward(autograd.AutogradContext context, Tensor gradient)
    {
        _returned?.ForEach(tensor => tensor.Dispose());
        using var scope = NewDisposeScope();
        var operation = (Operation)context.get_data(OperationKey);
        var found = operation.Backward(context.get_saved_variables(), gradient);
        gradient.Dispose();
        _returned = [.. found.OfType<Tensor>().Select(tensor => tensor.MoveToOuterDisposeScope())];
        return [null, .. found];
    }
}
