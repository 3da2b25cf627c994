using Cohort.Models;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>A language model as a policy on a tree; the model's vocabulary is the tree's.</summary>
/// <param name="model">Kept, not owned; of any dtype.</param>
/// <param name="prompts">One per prompt of the tree, each at least one token.</param>
public sealed class ModelPolicy(LanguageModel model, IReadOnlyList<int[]> prompts) : ITreePolicy
{
    /// <inheritdoc/>
    public IReadOnlyList<Tensor> Parameters { get; } = [.. model.parameters()];

    /// <inheritdoc/>
    public Tensor Distributions(CompletionTree tree)
    {
        using var scope = NewDisposeScope();
        var places = Enumerable.Range(0, tree.NodesPerPrompt).Select(tree.Place).ToArray();
        var rows = tensor(places.Select(place => (long)place.Completion).ToArray());
        var columns = places.Select(place => (long)place.Column).ToArray();
        var completions = tree.Tokens.narrow(0, 0, tree.CompletionsPerPrompt);
        var logits = prompts.Select(prompt => Logits(prompt, completions, rows, tensor(columns))).ToArray();
        return nn.functional.log_softmax(cat(logits), dim: -1).MoveToOuterDisposeScope();
    }

    // [K/P, V]: the hidden state before completion token t stands in column |prompt| - 1 + t.
    private Tensor Logits(int[] prompt, Tensor completions, Tensor rows, Tensor columns)
    {
        var front = tensor(prompt.Select(id => (long)id).ToArray()).expand(completions.shape[0], prompt.Length);
        var hidden = model.Trunk.Hidden(cat([front, completions], dim: 1));
        return model.Logits(hidden.index([rows, columns + (prompt.Length - 1)]));
    }
}
