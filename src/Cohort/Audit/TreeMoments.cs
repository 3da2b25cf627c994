using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>What the next-token distributions of a tree's nodes say about its completions.</summary>
public static class TreeMoments
{
    /// <summary>The distribution from which each token of each completion is drawn.</summary>
    /// <param name="tree">The completions.</param>
    /// <param name="distributions">[K,V], nats.</param>
    /// <returns>[N,T,V], nats, owned by the caller's scope; carries gradient. Outside the mask, any node's.</returns>
    public static Tensor PerToken(CompletionTree tree, Tensor distributions)
    {
        using var scope = NewDisposeScope();
        return distributions.index_select(0, tree.Nodes.flatten()).view(tree.Completions, tree.Shape.Length, -1).MoveToOuterDisposeScope();
    }

    /// <summary>log pi(token) of every token of every completion.</summary>
    /// <param name="tree">The completions.</param>
    /// <param name="distributions">[K,V], nats.</param>
    /// <returns>[N,T], nats, 0 outside the mask, owned by the caller's scope; carries gradient.</returns>
    public static Tensor LogProbs(CompletionTree tree, Tensor distributions)
    {
        using var scope = NewDisposeScope();
        var chosen = TokenLogProbs.Of(distributions.index_select(0, tree.Nodes.flatten()), tree.Tokens.flatten());
        return Masked.Zero(chosen.view_as(tree.Tokens), tree.Mask).MoveToOuterDisposeScope();
    }

    /// <summary>pi(completion | its prompt).</summary>
    /// <inheritdoc cref="LogProbs" path="/param"/>
    /// <returns>[N], 1 in sum for each prompt, owned by the caller's scope; carries gradient.</returns>
    public static Tensor Probabilities(CompletionTree tree, Tensor distributions)
    {
        using var scope = NewDisposeScope();
        return LogProbs(tree, distributions).sum(1).exp().MoveToOuterDisposeScope();
    }

    /// <summary>E[x_t | the node in which token t is chosen]: of rewards-to-go this is the exact V.</summary>
    /// <param name="tree">The completions.</param>
    /// <param name="probabilities">[N] from <see cref="Probabilities"/>.</param>
    /// <param name="perToken">[N,T], x_t; may depend on the tokens that follow.</param>
    /// <returns>[N,T], 0 outside the mask, owned by the caller's scope.</returns>
    public static Tensor NodeMean(CompletionTree tree, Tensor probabilities, Tensor perToken)
    {
        using var scope = NewDisposeScope();
        var weights = Masked.Zero(probabilities.unsqueeze(1).expand_as(perToken), tree.Mask);
        var mean = Total(tree, weights * perToken) / Total(tree, weights);
        return Masked.Zero(mean.index_select(0, tree.Nodes.flatten()).view_as(perToken), tree.Mask).MoveToOuterDisposeScope();
    }

    /// <summary>The score of the completion of which every token is its node's likeliest.</summary>
    /// <param name="tree">The completions.</param>
    /// <param name="distributions">[K,V], nats.</param>
    /// <param name="scores">[N].</param>
    /// <returns>[N], one number for all completions of a prompt, owned by the caller's scope.</returns>
    public static Tensor GreedyScores(CompletionTree tree, Tensor distributions, Tensor scores)
    {
        using var scope = NewDisposeScope();
        var likeliest = distributions.argmax(1).index_select(0, tree.Nodes.flatten()).view_as(tree.Nodes) == tree.Tokens;
        var greedy = likeliest.logical_or(~tree.Mask).all(1);
        var perPrompt = scores.masked_fill(~greedy, 0).view(tree.Shape.Prompts, -1).sum(1);
        return perPrompt.repeat_interleave(tree.CompletionsPerPrompt).MoveToOuterDisposeScope();
    }

    // [K]: sums over the completions that pass through each node.
    private static Tensor Total(CompletionTree tree, Tensor perToken) =>
        zeros(tree.NodeCount, perToken.dtype, perToken.device).index_add(0, tree.Nodes.flatten(), perToken.flatten(), 1);
}
