using TorchSharp;
using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>The node that <see cref="Recompute"/> puts into the graph: arguments are the call, its inputs and its parameters.</summary>
internal sealed class RecomputedFunction : autograd.SingleTensorFunction<RecomputedFunction>
{
    private const string CallKey = "call";

    // The graph reads what a node returns as soon as it has returned, but nobody then disposes it: the next node of this thread does, and at last the
    // scope around the backward pass. Held any longer, the gradients of a whole model would be there twice.
    [ThreadStatic]
    private static List<Tensor>? _returned;

    public override string Name => nameof(RecomputedFunction);

    public override Tensor forward(autograd.AutogradContext context, params object[] arguments)
    {
        var call = (RecomputedCall)arguments[0];
        var tensors = arguments[1..].Cast<Tensor>().ToList();
        context.save_data(CallKey, call);
        context.save_for_backward(tensors);
        return call.Forward(tensors[..call.Inputs]);
    }

    public override List<Tensor?> backward(autograd.AutogradContext context, Tensor gradient)
    {
        _returned?.ForEach(tensor => tensor.Dispose());
        using var scope = NewDisposeScope();
        var call = (RecomputedCall)context.get_data(CallKey);
        var tensors = context.get_saved_variables();
        var found = call.Backward(tensors[..call.Inputs], tensors[call.Inputs..], gradient);
        gradient.Dispose();
        _returned = [.. found.OfType<Tensor>().Select(tensor => tensor.MoveToOuterDisposeScope())];
        return [null, .. found];
    }
}
