using Cohort.Losses;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>Objectives summed over every completion, as the mean over the prompts; their gradients are exact.</summary>
public static class ExactObjectives
{
    /// <summary>J = E[s], the expected score.</summary>
    /// <param name="tree">The completions.</param>
    /// <param name="distributions">[K,V], log pi in nats; carries gradient.</param>
    /// <param name="scores">[N].</param>
    /// <returns>[] scalar, owned by the caller's scope; carries gradient.</returns>
    public static Tensor ExpectedScore(CompletionTree tree, Tensor distributions, Tensor scores)
    {
        using var scope = NewDisposeScope();
        return (TreeMoments.Probabilities(tree, distributions) * scores).sum().div(tree.Shape.Prompts).MoveToOuterDisposeScope();
    }

    /// <summary>E[log pi(o) - log pi_ref(o)], the KL of whole sequences: its gradient knows that a token leads to other states.</summary>
    /// <param name="tree">The completions.</param>
    /// <param name="distributions">[K,V], log pi in nats; carries gradient.</param>
    /// <param name="refDistributions">[K,V], log pi_ref in nats.</param>
    /// <returns>[] scalar, nats per sequence, owned by the caller's scope; carries gradient.</returns>
    public static Tensor SequenceKl(CompletionTree tree, Tensor distributions, Tensor refDistributions)
    {
        using var scope = NewDisposeScope();
        var difference = TreeMoments.LogProbs(tree, distributions) - TreeMoments.LogProbs(tree, refDistributions);
        return ExpectedScore(tree, distributions, difference.sum(1)).MoveToOuterDisposeScope();
    }

    /// <summary>
    /// E[Σ_t KL(pi(.|s_t) || pi_ref(.|s_t))] with the distribution of the states s_t held fixed: the same value as <see cref="SequenceKl"/>,
    /// another gradient.
    /// </summary>
    /// <inheritdoc cref="SequenceKl" path="/param"/>
    /// <inheritdoc cref="SequenceKl" path="/returns"/>
    public static Tensor StateKl(CompletionTree tree, Tensor distributions, Tensor refDistributions)
    {
        using var scope = NewDisposeScope();
        var perToken = KlEstimators.Exact(distributions, refDistributions).index_select(0, tree.Nodes.flatten()).view_as(tree.Nodes);
        var probabilities = TreeMoments.Probabilities(tree, distributions).detach();
        return (probabilities * Masked.Zero(perToken, tree.Mask).sum(1)).sum().div(tree.Shape.Prompts).MoveToOuterDisposeScope();
    }
}
