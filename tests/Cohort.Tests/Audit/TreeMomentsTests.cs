using Cohort.Audit;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

public sealed class TreeMomentsTests
{
    // The completions of vocabulary {end, 1}, length 2: [0], [1,0], [1,1]; nodes: the start, and after 1.
    private static readonly TreeShape Small = new(Vocabulary: 2, EndOfSequence: 0, Length: 2, Prompts: 1);

    [Fact]
    public void Probability_of_a_completion_is_the_product_of_its_tokens()
    {
        using var scope = NewDisposeScope();
        using var tree = new CompletionTree(Small);
        var distributions = Numbers.Rows([0.3, 0.7], [0.4, 0.6]).log();
        Numbers.Same([0.3, 0.28, 0.42], TreeMoments.Probabilities(tree, distributions), Tolerances.Float64);
        Numbers.Same(
            [Math.Log(0.3), 0, Math.Log(0.7), Math.Log(0.4), Math.Log(0.7), Math.Log(0.6)],
            TreeMoments.LogProbs(tree, distributions),
            Tolerances.Float64);
        Numbers.Same(distributions[1], TreeMoments.PerToken(tree, distributions)[2, 1], Tolerances.Float64);
    }

    [Fact]
    public void Node_mean_is_the_expectation_given_the_prefix()
    {
        using var scope = NewDisposeScope();
        using var tree = new CompletionTree(Small);
        var probabilities = tensor(new[] { 0.3, 0.28, 0.42 });
        var mean = TreeMoments.NodeMean(tree, probabilities, Numbers.Rows([2, 99], [5, 5], [-3, 7]));
        var start = (0.3 * 2) + (0.28 * 5) - (0.42 * 3);
        var after = (0.4 * 5) + (0.6 * 7);
        Numbers.Same([start, 0, start, after, start, after], mean, Tolerances.Float64);
    }

    // Of the first prompt the likeliest is [1,0]; of the second [0], whose probability is not the largest.
    [Fact]
    public void Greedy_score_is_that_of_the_likeliest_tokens()
    {
        using var scope = NewDisposeScope();
        using var tree = new CompletionTree(Small with { Prompts = 2 });
        var distributions = Numbers.Rows([0.3, 0.7], [0.6, 0.4], [0.55, 0.45], [0.01, 0.99]).log();
        var scores = tensor(new[] { 2.0, 3, 5, 7, 11, 13 });
        Numbers.Same([3, 3, 3, 7, 7, 7], TreeMoments.GreedyScores(tree, distributions, scores), 0);
    }

    [Theory]
    [InlineData(3, 4, 1)]
    [InlineData(4, 3, 2)]
    [InlineData(5, 2, 3)]
    public void Probabilities_of_each_prompt_add_up_to_one(int vocabulary, int length, int prompts)
    {
        using var scope = NewDisposeScope();
        using var problem = new TableProblem(new(vocabulary, EndOfSequence: 1, length, prompts));
        var sums = problem.Problem.SamplingProbabilities.view(prompts, -1).sum(1);
        Numbers.Same(Enumerable.Repeat(1.0, prompts).ToArray(), sums, Tolerances.Float64);
    }
}
