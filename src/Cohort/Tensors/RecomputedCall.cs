using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>One use of <see cref="Recompute"/>: the function, portion by portion, and its gradients.</summary>
/// <param name="function">Of the same rows of every input.</param>
/// <param name="count">Number of inputs by rows; the operation's other inputs are parameters.</param>
/// <param name="rows">Rows at a time.</param>
internal sealed class RecomputedCall(Func<Tensor[], Tensor> function, int count, long rows) : Operation
{
    /// <inheritdoc/>
    public override Tensor Forward(IReadOnlyList<Tensor> inputs) => Value([.. inputs.Take(count)]);

    /// <inheritdoc/>
    public override IReadOnlyList<Tensor?> Backward(IReadOnlyList<Tensor> inputs, Tensor incoming) =>
        Gradients([.. inputs.Take(count)], [.. inputs.Skip(count)], incoming);

    private Tensor Value(IReadOnlyList<Tensor> inputs)
    {
        using var scope = NewDisposeScope();
        var parts = new List<Tensor>();
        foreach (var (first, taken) in Portions(inputs))
        {
            using var portion = NewDisposeScope();
            parts.Add(function(Rows(inputs, first, taken)).MoveToOuterDisposeScope());
        }

        return (parts.Count == 1 ? parts[0] : cat(parts)).MoveToOuterDisposeScope();
    }

    // Gradients of inputs, then of parameters; null where none is asked for.
    private IReadOnlyList<Tensor?> Gradients(IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> parameters, Tensor incoming)
    {
        using var scope = NewDisposeScope();
        var ofInputs = inputs.Select(input => input.requires_grad ? zeros_like(input, requires_grad: false) : null).ToArray();
        var ofParameters = new Tensor?[parameters.Count];
        foreach (var (first, taken) in Portions(inputs))
        {
            using var portion = NewDisposeScope();
            var sums = ofInputs.Select(sum => sum?.narrow(0, first, taken)).ToArray();
            Add(Rows(inputs, first, taken), incoming.narrow(0, first, taken), sums, parameters, ofParameters);
        }

        return [.. ofInputs.Concat(ofParameters).Select(gradient => gradient?.MoveToOuterDisposeScope())];
    }

    // Adds the gradients of one portion.
    private void Add(
        Tensor[] portion, Tensor incoming, Tensor?[] ofInputs, IReadOnlyList<Tensor> parameters, Tensor?[] ofParameters)
    {
        using var recording = set_grad_enabled(true);
        var leaves = portion.Select((input, i) => input.detach().requires_grad_(ofInputs[i] is not null)).ToArray();
        var output = function(leaves);
        if (!output.requires_grad)
        {
            return;
        }

        Tensor[] wanted = [.. leaves.Concat(parameters).Where(tensor => tensor.requires_grad)];
        var found = new Queue<Tensor?>(autograd.grad([output], wanted, [incoming], allow_unused: true));
        using var _ = no_grad();
        foreach (var sum in ofInputs.OfType<Tensor>())
        {
            if (Next() is { } gradient)
            {
                sum.copy_(gradient);
            }
        }

        for (var i = 0; i < ofParameters.Length; i++)
        {
            if (parameters[i].requires_grad && Next() is { } gradient)
            {
                // What is summed in place must not lie in the memory of what came in.
                ofParameters[i] = ofParameters[i]?.add_(gradient)
                    ?? (gradient.numel() > incoming.numel() ? gradient.contiguous() : gradient.clone()).MoveToOuterDisposeScope();
            }
        }

        Tensor? Next() => found.Dequeue() is { IsInvalid: false } gradient ? gradient : null;
    }

    private static Tensor[] Rows(IReadOnlyList<Tensor> tensors, long first, long count) =>
        [.. tensors.Select(tensor => tensor.narrow(0, first, count))];

    // One portion also where there are no rows.
    private IEnumerable<(long First, long Count)> Portions(IReadOnlyList<Tensor> inputs)
    {
        var all = inputs[0].shape[0];
        for (var first = 0L; first == 0 || first < all; first += rows)
        {
            yield return (first, Math.Min(rows, all - first));
        }
    }
}
