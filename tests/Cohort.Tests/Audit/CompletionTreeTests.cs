using Cohort.Audit;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

public sealed class CompletionTreeTests
{
    [Fact]
    public void Every_completion_is_listed_with_the_nodes_in_which_its_tokens_are_chosen()
    {
        using var scope = NewDisposeScope();
        using var tree = new CompletionTree(new(Vocabulary: 3, EndOfSequence: 1, Length: 2, Prompts: 2));
        long[] tokens = [0, 0, 0, 1, 0, 2, 1, 0, 2, 0, 2, 1, 2, 2];
        long[] nodes = [0, 1, 0, 1, 0, 1, 0, 0, 0, 2, 0, 2, 0, 2];
        long[] shifted = [3, 4, 3, 4, 3, 4, 3, 0, 3, 5, 3, 5, 3, 5];
        var rows = new[] { "xx", "xx", "xx", "x.", "xx", "xx", "xx" };
        Assert.Equal([14, 2], tree.Tokens.shape);
        Assert.Equal([.. tokens, .. tokens], tree.Tokens.data<long>().ToArray());
        Assert.Equal([.. nodes, .. shifted], tree.Nodes.data<long>().ToArray());
        Assert.True(tree.Mask.equal(Numbers.Mask([.. rows, .. rows])).all().item<bool>());
        Assert.Equal([2L, 2, 2, 1, 2, 2, 2, 2, 2, 2, 1, 2, 2, 2], tree.Lengths.data<long>().ToArray());
        Assert.Equal((7, 3, 14, 6), (tree.CompletionsPerPrompt, tree.NodesPerPrompt, tree.Completions, tree.NodeCount));
    }

    [Fact]
    public void Tree_is_as_large_as_its_shape_says()
    {
        foreach (var vocabulary in new[] { 2, 3, 5 })
        {
            foreach (var length in new[] { 1, 2, 4 })
            {
                var shape = new TreeShape(vocabulary, EndOfSequence: 0, length, Prompts: 1);
                using var tree = new CompletionTree(shape);
                Assert.Equal(shape.Completions, tree.CompletionsPerPrompt);
                Assert.Equal(shape.Prefixes, tree.NodesPerPrompt);
            }
        }

        Assert.Equal(31, new TreeShape(3, 0, 4, 1).Completions); // 1 + 2 + 4 + 8 * 3
        Assert.Equal(15, new TreeShape(3, 0, 4, 1).Prefixes);    // 1 + 2 + 4 + 8
    }

    [Fact]
    public void Place_of_a_node_leads_to_it()
    {
        using var tree = new CompletionTree(new(Vocabulary: 4, EndOfSequence: 2, Length: 3, Prompts: 1));
        for (var node = 0; node < tree.NodesPerPrompt; node++)
        {
            var (completion, column) = tree.Place(node);
            Assert.Equal(node, tree.Nodes[completion, column].item<long>());
        }
    }

    [Theory]
    [InlineData(1, 0, 2, 1, "Vocabulary is 1; the vocabulary needs end-of-sequence and at least one other token.")]
    [InlineData(3, -1, 2, 1, "EndOfSequence is -1; end-of-sequence must be a token id in [0, 3).")]
    [InlineData(3, 3, 2, 1, "EndOfSequence is 3; end-of-sequence must be a token id in [0, 3).")]
    [InlineData(3, 0, 0, 1, "Length is 0; a completion has at least one token.")]
    [InlineData(3, 0, 2, 0, "Prompts is 0; there must be at least one prompt.")]
    [InlineData(5, 0, 6, 2, "Prompts * Completions is 10922; at most 10000 completions are listed.")]
    public void Tree_that_does_not_exist_is_refused(int vocabulary, int endOfSequence, int length, int prompts, string message)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new CompletionTree(new(vocabulary, endOfSequence, length, prompts)));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }
}
