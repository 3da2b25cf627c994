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
        var hidden = model.Trunk.Hidden(cat([.. prompts.Select(prompt => Sequences(prompt, tree))]));
        var places = Enumerable.Range(0, tree.NodesPerPrompt).Select(tree.Place).ToArray();
        var rows = prompts.SelectMany((_, prompt) => places.Select(place => (prompt * tree.CompletionsPerPrompt) + (long)place.Completion));

        // The hidden state before completion token t stands in column |prompt| - 1 + t.
        var columns = prompts.SelectMany(prompt => places.Select(place => prompt.Length - 1 + (long)place.Column));
        var logits = model.Logits(hidden.index([tensor(rows.ToArray()), tensor(columns.ToArray())]));
        return nn.functional.log_softmax(logits, dim: -1).MoveToOuterDisposeScope();
    }

    // [N/P, longest prompt + T]: what pads a shorter prompt's completions stands behind them, where no state of theirs sees it.
    private Tensor Sequences(int[] prompt, CompletionTree tree)
    {
        var completions = tree.Tokens.narrow(0, 0, tree.CompletionsPerPrompt);
        var front = tensor(prompt.Select(id => (long)id).ToArray()).expand(completions.shape[0], prompt.Length);
        var back = zeros([completions.shape[0], prompts.Max(other => other.Length) - prompt.Length], ScalarType.Int64);
        return cat([front, completions, back], dim: 1);
    }
}
