using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>A policy on a tree of completions.</summary>
public interface ITreePolicy
{
    /// <summary>What its gradient is taken by; D numbers in all.</summary>
    IReadOnlyList<Tensor> Parameters { get; }

    /// <summary>The next-token distribution in every node.</summary>
    /// <param name="tree">The completions.</param>
    /// <returns>[K,V] log-probabilities, nats, owned by the caller's scope; carries the parameters' gradient.</returns>
    Tensor Distributions(CompletionTree tree);
}
