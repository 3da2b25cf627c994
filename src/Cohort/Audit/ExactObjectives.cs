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
        return StateMean(tree, distributions, KlEstimators.Exact(distributions, refDistributions)).MoveToOuterDisposeScope();
    }

    /// <summary>E[Σ_t KL(pi_ref(.|s_t) || pi(.|s_t))] with the distribution of the states s_t, which is pi's, held fixed.</summary>
    /// <inheritdoc cref="SequenceKl" path="/param"/>
    /// <inheritdoc cref="SequenceKl" path="/returns"/>
    public static Tensor ForwardStateKl(CompletionTree tree, Tensor distributions, Tensor refDistributions)
    {
        using var scope = NewDisposeScope();
        return StateMean(tree, distributions, KlEstimators.Exact(refDistributions, distributions)).MoveToOuterDisposeScope();
    }

    /// <summary>The expected best score of a group, Σ_s s (P(score &lt;= s)^G - P(score &lt; s)^G).</summary>
    /// <param name="tree">The completions.</param>
    /// <param name="distributions">[K,V], log pi in nats; carries gradient.</param>
    /// <param name="scores">[N].</param>
    /// <param name="groupSize">G.</param>
    /// <returns>[] scalar, owned by the caller's scope; carries gradient.</returns>
    public static Tensor ExpectedBest(CompletionTree tree, Tensor distributions, Tensor scores, int groupSize)
    {
        using var scope = NewDisposeScope();
        var order = scores.view(tree.Shape.Prompts, -1).argsort(1);
        var probabilities = TreeMoments.Probabilities(tree, distributions).view_as(order).gather(1, order);
        var upTo = probabilities.cumsum(1);
        var best = upTo.pow(groupSize) - (upTo - probabilities).pow(groupSize);
        return (best * scores.view_as(order).gather(1, order)).sum().div(tree.Shape.Prompts).MoveToOuterDisposeScope();
    }

    // The sum over the tokens of a number per node, under probabilities that carry no gradient.
    private static Tensor StateMean(CompletionTree tree, Tensor distributions, Tensor perNode)
    {
        var perToken = perNode.index_select(0, tree.Nodes.flatten()).view_as(tree.Nodes);
        var perCompletion = Masked.Zero(perToken, tree.Mask).sum(1);
        return (TreeMoments.Probabilities(tree, distributions).detach() * perCompletion).sum() / tree.Shape.Prompts;
    }
}
