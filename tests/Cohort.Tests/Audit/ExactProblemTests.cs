using Cohort.Audit;
using Cohort.Models;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

public sealed class ExactProblemTests
{
    private static readonly TreeShape Shape = new(Vocabulary: 3, EndOfSequence: 1, Length: 3, Prompts: 2);

    [Fact]
    public void Jacobian_chains_to_the_gradient_of_a_table()
    {
        using var scope = NewDisposeScope();
        using var table = new TableProblem(Shape);
        var chained = Chained(table.Problem, at => -ExactObjectives.ExpectedScore(table.Tree, at, table.Problem.Scores));
        Numbers.Same(table.ScoreGradient(), chained, Tolerances.Float64);
    }

    [Fact]
    public void Jacobian_chains_to_the_gradient_of_a_transformer()
    {
        using var model = ModelProblem.Model(seed: 5);
        using var scope = NewDisposeScope();
        using var tree = new CompletionTree(Shape);
        var policy = new ModelPolicy(model, [[0, 2], [2, 0, 0]]);
        using var problem = new ExactProblem(tree, new(policy, policy, policy), TableProblem.Uniform(1, 0, tree.Completions));
        Tensor Objective(Tensor at) => ExactObjectives.SequenceKl(tree, at, 0.5 * problem.Distributions);
        Numbers.Same(problem.Gradient(Objective), Chained(problem, Objective), Tolerances.Float64);
    }

    [Fact]
    public void Model_gives_the_distribution_of_each_node()
    {
        using var model = ModelProblem.Model(seed: 5);
        using var scope = NewDisposeScope();
        using var tree = new CompletionTree(Shape);
        int[][] prompts = [[0, 2], [2, 0, 0]];
        var distributions = new ModelPolicy(model, prompts).Distributions(tree);
        for (var row = 0; row < tree.Completions; row++)
        {
            var length = (int)tree.Lengths[row].item<long>();
            var prompt = prompts[row / tree.CompletionsPerPrompt];
            var tokens = prompt.Select(id => (long)id).Concat(tree.Tokens[row].data<long>().ToArray()).Take(prompt.Length + length - 1).ToArray();
            var expected = nn.functional.log_softmax(model.Logits(model.Trunk.Hidden(tensor(tokens).unsqueeze(0))[0, -1]), dim: -1);
            Numbers.Same(expected, distributions[tree.Nodes[row, length - 1].item<long>()], Tolerances.Float64);
        }
    }

    [Fact]
    public void A_score_is_needed_for_each_completion()
    {
        using var scope = NewDisposeScope();
        using var tree = new CompletionTree(Shape);
        using var policy = new TablePolicy(zeros(tree.NodeCount, 3, ScalarType.Float64));
        var error = Assert.Throws<ArgumentException>(() => new ExactProblem(tree, new(policy, policy, policy), zeros(7, ScalarType.Float64)));
        Assert.Contains("scores has shape [7], expected [30]; nothing here broadcasts.", error.Message, StringComparison.Ordinal);
    }

    // Σ over nodes and tokens of d objective / d log pi times the Jacobian.
    private static Tensor Chained(ExactProblem problem, Func<Tensor, Tensor> objective) =>
        Numbers.Gradient(problem.Distributions, objective).flatten().unsqueeze(0).matmul(problem.Jacobian).squeeze(0);
}
