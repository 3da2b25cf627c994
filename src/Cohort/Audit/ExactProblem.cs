using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>The policies of a problem; on-policy, the old one is the current one.</summary>
/// <param name="Current">Whose gradient is taken.</param>
/// <param name="Old">Which samples the completions.</param>
/// <param name="Reference">To which the KL is measured.</param>
public readonly record struct TreePolicies(ITreePolicy Current, ITreePolicy Old, ITreePolicy Reference);

/// <summary>A tree, its policies and a score for each completion: all that is needed to compute expectations exactly. Owns its tensors.</summary>
public sealed class ExactProblem : IDisposable
{
    private readonly ITreePolicy _policy;

    /// <summary>Evaluates the policies in every node.</summary>
    /// <param name="tree">The completions; kept, not owned.</param>
    /// <param name="policies">Current, old and reference; the current one is kept, not owned.</param>
    /// <param name="scores">[N] of the policies' dtype.</param>
    /// <exception cref="ArgumentException">There is not one score per completion.</exception>
    public ExactProblem(CompletionTree tree, TreePolicies policies, Tensor scores)
    {
        using var scope = NewDisposeScope();
        Tree = tree;
        _policy = policies.Current;
        Distributions = policies.Current.Distributions(tree).detach().DetachFromDisposeScope();
        OldDistributions = policies.Old.Distributions(tree).detach().DetachFromDisposeScope();
        RefDistributions = policies.Reference.Distributions(tree).detach().DetachFromDisposeScope();
        SamplingProbabilities = TreeMoments.Probabilities(tree, OldDistributions).DetachFromDisposeScope();
        Shapes.RequireSame(SamplingProbabilities, scores);
        Scores = scores.clone().DetachFromDisposeScope();
        Jacobian = LogProbJacobian().DetachFromDisposeScope();
    }

    /// <summary>The completions.</summary>
    public CompletionTree Tree { get; }

    /// <summary>[N].</summary>
    public Tensor Scores { get; }

    /// <summary>[K,V], log pi in nats, without gradient.</summary>
    public Tensor Distributions { get; }

    /// <summary>[K,V], log pi_old in nats.</summary>
    public Tensor OldDistributions { get; }

    /// <summary>[K,V], log pi_ref in nats.</summary>
    public Tensor RefDistributions { get; }

    /// <summary>[N], pi_old(completion | prompt).</summary>
    public Tensor SamplingProbabilities { get; }

    /// <summary>[K*V,D], the gradient of each log pi(v | node) by each of the policy's numbers.</summary>
    public Tensor Jacobian { get; }

    /// <summary>The exact gradient of an objective of the current policy's distributions.</summary>
    /// <param name="objective">From [K,V] log-probabilities to a scalar.</param>
    /// <returns>[D], owned by the caller's scope.</returns>
    public Tensor Gradient(Func<Tensor, Tensor> objective)
    {
        using var scope = NewDisposeScope();
        return Flat(objective(_policy.Distributions(Tree))).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Scores.Dispose();
        Distributions.Dispose();
        OldDistributions.Dispose();
        RefDistributions.Dispose();
        SamplingProbabilities.Dispose();
        Jacobian.Dispose();
    }

    private Tensor LogProbJacobian()
    {
        var all = _policy.Distributions(Tree).flatten();
        return stack(Enumerable.Range(0, (int)all.shape[0]).Select(entry => Flat(all[entry])));
    }

    private Tensor Flat(Tensor scalar)
    {
        var gradients = autograd.grad([scalar], [.. _policy.Parameters], retain_graph: true);
        return cat([.. gradients.Select(gradient => gradient.flatten())]);
    }
}
