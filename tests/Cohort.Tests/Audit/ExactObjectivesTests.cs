using Cohort.Audit;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

public sealed class ExactObjectivesTests
{
    private static readonly TreeShape Shape = new(Vocabulary: 3, EndOfSequence: 1, Length: 3, Prompts: 2);

    [Fact]
    public void Gradient_of_one_choice_is_p_times_score_less_J()
    {
        using var scope = NewDisposeScope();
        using var tree = new CompletionTree(new(Vocabulary: 3, EndOfSequence: 0, Length: 1, Prompts: 1));
        using var policy = new TablePolicy(Numbers.Rows([0.2, 0.3, 0.5]).log());
        using var problem = new ExactProblem(tree, new(policy, policy, policy), tensor(new[] { 4.0, -2, 6 }));
        const double expected = 0.8 - 0.6 + 3;
        Numbers.Same([expected], ExactObjectives.ExpectedScore(tree, problem.Distributions, problem.Scores).view(1), Tolerances.Float64);
        Numbers.Same(
            [0.2 * (4 - expected), 0.3 * (-2 - expected), 0.5 * (6 - expected)],
            problem.Gradient(distributions => ExactObjectives.ExpectedScore(tree, distributions, problem.Scores)),
            Tolerances.Float64);
    }

    [Fact]
    public void Both_KLs_have_one_value_and_different_gradients()
    {
        using var scope = NewDisposeScope();
        using var table = new TableProblem(Shape);
        var (distributions, reference) = (table.Problem.Distributions, table.Problem.RefDistributions);
        var sequence = ExactObjectives.SequenceKl(table.Tree, distributions, reference).item<double>();
        var state = ExactObjectives.StateKl(table.Tree, distributions, reference).item<double>();
        Assert.Equal(sequence, state, Tolerances.Float64);
        Assert.True(sequence > 0.1, $"{sequence}");
        Assert.True((table.SequenceKlGradient() - table.StateKlGradient()).abs().max().item<double>() > 0.01);
    }

    [Fact]
    public void Gradients_are_those_of_finite_differences()
    {
        using var scope = NewDisposeScope();
        using var table = new TableProblem(Shape);
        var reference = table.Problem.RefDistributions;
        Differences(table, table.ScoreGradient(), at => -ExactObjectives.ExpectedScore(table.Tree, at, table.Problem.Scores));
        Differences(table, table.SequenceKlGradient(), at => ExactObjectives.SequenceKl(table.Tree, at, reference));
    }

    [Fact]
    public void Expected_best_is_that_over_every_group()
    {
        using var scope = NewDisposeScope();
        using var table = new TableProblem(Shape with { Length = 2 });
        var expected = 0.0;
        SampledBatches.ForEach(table.Problem, samplesPerPrompt: 2, (rows, weights) =>
        {
            var best = table.Problem.Scores.index_select(0, rows.flatten()).view(-1, 2, 2).amax([2]).mean([1]);
            expected += (weights * best).sum().item<double>();
        });
        var exact = ExactObjectives.ExpectedBest(table.Tree, table.Problem.Distributions, table.Problem.Scores, groupSize: 2);
        Assert.Equal(expected, exact.item<double>(), Tolerances.Float64);
    }

    private static void Differences(TableProblem table, Tensor gradient, Func<Tensor, Tensor> objective)
    {
        const double step = 1e-5;
        var logits = table.Policy.Parameters[0].detach();
        var moved = Enumerable.Range(0, (int)logits.numel()).Select(entry => (At(entry, step) - At(entry, -step)) / (2 * step)).ToArray();
        Numbers.Same(moved, gradient, 1e-9);

        double At(int entry, double by)
        {
            using var scope = NewDisposeScope();
            var shifted = logits.flatten().clone();
            shifted[entry] = shifted[entry] + by;
            return objective(nn.functional.log_softmax(shifted.view_as(logits), dim: -1)).item<double>();
        }
    }
}
