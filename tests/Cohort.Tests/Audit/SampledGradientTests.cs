using Cohort.Audit;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

/// <summary>Where the batches are too many to sum over: sampled gradients on 8 fixed random directions, one Hotelling statistic.</summary>
public sealed class SampledGradientTests
{
    private const double Accepted = 1e-4;
    private const int Samples = 12_000;
    private static readonly TreeShape Shape = new(Vocabulary: 3, EndOfSequence: 1, Length: 4, Prompts: 1);

    public static readonly TheoryData<string> Unbiased =
        ["no baseline", "constant baseline", "greedy baseline (ReMax)", "leave-one-out (RLOO)"];

    public static readonly TheoryData<string> Biased =
        ["group mean with the sample (Dr. GRPO)", "length-weighted mean with the sample (OPO)", "group deviation (GRPO)"];

    [Theory]
    [MemberData(nameof(Unbiased))]
    public void Unbiased_estimator_of_a_transformer_is_accepted(string name)
    {
        var test = Test(name);
        Assert.True(test.PValue > Accepted, $"{test}");
    }

    [Theory]
    [MemberData(nameof(Biased))]
    public void Biased_estimator_of_a_transformer_is_rejected(string name)
    {
        var test = Test(name);
        Assert.True(test.PValue < Accepted, $"{test}");
    }

    // Groups of 5 of 31 completions: 28 million of them.
    private static HotellingTest Test(string name)
    {
        using var model = new ModelProblem(Shape, [[0, 2]]);
        using var scope = NewDisposeScope();
        var problem = model.Problem;
        var directions = TableProblem.Uniform(11, 0, problem.Jacobian.shape[1], 8);
        var estimator = ScoreEstimators.Baselines(problem, samplesPerPrompt: 5).Single(estimator => estimator.Name == name);
        var exact = problem.Gradient(at => -ExactObjectives.ExpectedScore(model.Tree, at, problem.Scores));
        var samples = BatchGradients.Of(problem, estimator, SampledBatches.Drawn(problem, 5, Samples, seed: 9));
        return HotellingTest.Of(samples.matmul(problem.Jacobian).matmul(directions), exact.unsqueeze(0).matmul(directions).squeeze(0));
    }

    [Fact]
    public void Estimators_of_a_transformer_keep_their_claims_over_every_group()
    {
        using var model = new ModelProblem(Shape with { Length = 2, Prompts = 2 }, [[0, 2], [2, 0, 0]]);
        using var scope = NewDisposeScope();
        var problem = model.Problem;
        var exact = problem.Gradient(at => -ExactObjectives.ExpectedScore(model.Tree, at, problem.Scores));
        Estimator[] estimators = [.. ScoreEstimators.Baselines(problem, 2).Take(5), .. ScoreEstimators.Critics(problem).Take(3)];
        Measured.Same([.. estimators.Select(estimator => Bias.Of(problem, estimator, exact))]);
        var kl = problem.Gradient(at => ExactObjectives.SequenceKl(model.Tree, at, problem.RefDistributions));
        var exactPenalties = KlPenalties.ForTheSequence.Where(estimator => estimator.Claim is not Claim.Biased);
        Measured.Same([.. exactPenalties.Select(estimator => Bias.Of(problem, estimator, kl))]);
    }
}
