using static TorchSharp.torch;

namespace Cohort.Tensors;

/// <summary>
/// Gradients that take time instead of memory (arXiv:1604.06174): what a function makes on its way is not kept for its gradient but computed again in
/// the backward pass. The numbers are those of the function itself, and so are the gradients.
/// </summary>
public static class Recompute
{
    /// <summary>A function of one tensor.</summary>
    /// <inheritdoc cref="InPortions"/>
    /// <param name="input">What it is a function of.</param>
    /// <returns>Its value, owned by the caller's scope; carries gradient.</returns>
    public static Tensor Of(Func<Tensor, Tensor> function, Tensor input, IReadOnlyList<Tensor> parameters) =>
        InPortions(inputs => function(inputs[0]), [input], parameters, Math.Max(1, input.shape[0]));

    /// <summary>A function of rows, on some rows at a time, forward and backward.</summary>
    /// <param name="function">
    /// From the same rows of every input to an output with as many rows, which belongs to the scope that it is called in. It is called again in the
    /// backward pass, perhaps on another thread, and must then give the same numbers: nothing random, and no tensor that is disposed by then.
    /// </param>
    /// <param name="inputs">[N, ...] each; gradients flow to those that require them.</param>
    /// <param name="parameters">
    /// Whatever else the function uses that may require a gradient; what is left out gets none.
    /// </param>
    /// <param name="rows">Rows at a time, at least 1.</param>
    /// <returns>[N, ...], owned by the caller's scope; carries gradient.</returns>
    public static Tensor InPortions(
        Func<Tensor[], Tensor> function, IReadOnlyList<Tensor> inputs, IReadOnlyList<Tensor> parameters, long rows)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(rows, 1);
        using var scope = NewDisposeScope();
        return new RecomputedCall(function, inputs.Count, rows).Apply([.. inputs, .. parameters]).MoveToOuterDisposeScope();
    }
}
