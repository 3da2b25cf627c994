using Cohort.Audit;
using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

public sealed class BatchGradientsTests
{
    private static readonly TreeShape Shape = new(Vocabulary: 3, EndOfSequence: 1, Length: 2, Prompts: 2);

    public static readonly TheoryData<Reduction> Reductions = [.. Enum.GetValues<Reduction>()];

    // The same loss differentiated through the policy itself, for each batch by itself.
    [Theory]
    [MemberData(nameof(Reductions))]
    public void Gradient_of_a_batch_is_that_of_its_loss(Reduction reduction)
    {
        using var scope = NewDisposeScope();
        using var table = new TableProblem(Shape, staleness: 0.5);
        var (tree, problem) = (table.Tree, table.Problem);
        var estimator = new Estimator("entropy too", new Claim.Biased("any"), 2, reduction, rows =>
            Losses(rows.LogProbs, rows.OldLogProbs, rows.RefLogProbs, rows.Scores, rows.Distributions));
        var batches = tensor(new long[] { 0, 3, 8, 9, 2, 2, 10, 13, 1, 4, 7, 11 }, [3, 4]);
        var gradients = BatchGradients.Of(problem, estimator, batches).matmul(problem.Jacobian);
        Assert.Equal([3, tree.NodeCount * 3], gradients.shape);
        for (var batch = 0; batch < 3; batch++)
            Numbers.Same(problem.Gradient(distributions => Loss(distributions, batches[batch])), gradients[batch], Tolerances.Float64);

        Tensor Loss(Tensor distributions, Tensor rows)
        {
            var mask = tree.Mask.index_select(0, rows);
            var perToken = Losses(
                TreeMoments.LogProbs(tree, distributions).index_select(0, rows),
                TreeMoments.LogProbs(tree, problem.OldDistributions).index_select(0, rows),
                TreeMoments.LogProbs(tree, problem.RefDistributions).index_select(0, rows),
                problem.Scores.index_select(0, rows),
                TreeMoments.PerToken(tree, distributions).index_select(0, rows));
            return TokenLoss.Share(perToken, mask, reduction, new StepTotals(4, mask.sum().item<long>(), 2));
        }
    }

    [Fact]
    public void Mean_and_variance_are_those_over_every_batch()
    {
        using var scope = NewDisposeScope();
        using var table = new TableProblem(Shape with { Prompts = 1 }, staleness: 0.5);
        var problem = table.Problem;
        var estimator = new Estimator("any", new Claim.Biased("any"), 1, Reduction.FixedLength, rows =>
            Losses(rows.LogProbs, rows.OldLogProbs, rows.RefLogProbs, rows.Scores, rows.Distributions));
        var gradients = BatchGradients.Of(problem, estimator, arange(7).unsqueeze(1)).matmul(problem.Jacobian);
        var weights = problem.SamplingProbabilities.unsqueeze(1);
        var mean = (weights * gradients).sum([0]);
        using var moments = GradientMoments.Of(problem, estimator);
        Numbers.Same(mean, moments.Mean, Tolerances.Float64);
        Assert.Equal((weights * (gradients - mean).square()).sum().item<double>(), moments.Variance, Tolerances.Float64);
    }

    // Uses every tensor that an estimator may.
    private static Tensor Losses(Tensor logProbs, Tensor old, Tensor reference, Tensor scores, Tensor distributions) =>
        ((logProbs - old).exp() * scores.unsqueeze(1)) + ((logProbs - reference).square() / 2) + (0.1 * distributions.square().sum(-1));

    [Fact]
    public void A_step_leaves_no_tensor_behind()
    {
        using var table = new TableProblem(Shape);
        var estimator = new Estimator("any", new Claim.Biased("any"), 1, Reduction.TokenMean, rows => rows.LogProbs * rows.Broadcast(rows.Scores));
        LiveTensors.StayAsMany("an audit", () =>
        {
            using var scope = NewDisposeScope();
            Bias.Of(table.Problem, estimator, table.ScoreGradient());
        });
        LiveTensors.StayAsMany("a problem", () =>
        {
            using var problem = new TableProblem(Shape);
        });
    }
}
