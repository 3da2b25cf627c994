using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>A policy with a row of logits for every node: it can be any policy at all.</summary>
public sealed class TablePolicy : ITreePolicy, IDisposable
{
    private readonly Tensor _logits;

    /// <summary>A policy of its own copy of the logits.</summary>
    /// <param name="logits">[K,V] float64.</param>
    public TablePolicy(Tensor logits) => _logits = logits.detach().clone().requires_grad_(true).DetachFromDisposeScope();

    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Parameters => [_logits];

    /// <inheritdoc/>
    public Tensor Distributions(CompletionTree tree) => nn.functional.log_softmax(_logits, dim: -1);

    /// <inheritdoc/>
    public void Dispose() => _logits.Dispose();
}
