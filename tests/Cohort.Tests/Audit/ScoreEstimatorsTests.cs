using Cohort.Audit;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

/// <summary>When an estimator of the policy gradient is unbiased, over every batch that can be sampled.</summary>
public sealed class ScoreEstimatorsTests
{
    private static readonly TreeShape Long = new(Vocabulary: 3, EndOfSequence: 1, Length: 4, Prompts: 1);
    private static readonly TreeShape Wide = new(Vocabulary: 5, EndOfSequence: 0, Length: 2, Prompts: 1);
    private static readonly TreeShape Two = new(Vocabulary: 3, EndOfSequence: 1, Length: 2, Prompts: 2);

    [Fact]
    public void Baselines_over_groups_of_two()
    {
        using var table = new TableProblem(Long);
        Measured.Same(Audit(table, ScoreEstimators.Baselines(table.Problem, samplesPerPrompt: 2)));
    }

    [Fact]
    public void Baselines_over_groups_of_three()
    {
        using var table = new TableProblem(Wide);
        Measured.Same(Audit(table, ScoreEstimators.Baselines(table.Problem, samplesPerPrompt: 3)));
    }

    [Fact]
    public void Baselines_over_batches_of_two_prompts()
    {
        using var table = new TableProblem(Two);
        Measured.Same(Audit(table, ScoreEstimators.Baselines(table.Problem, samplesPerPrompt: 2)));
    }

    [Fact]
    public void Best_of_the_group_is_unbiased_for_the_expected_best()
    {
        using var scope = NewDisposeScope();
        using var table = new TableProblem(Wide);
        var exact = table.Problem.Gradient(at => -ExactObjectives.ExpectedBest(table.Tree, at, table.Problem.Scores, groupSize: 3));
        Measured.Same([Bias.Of(table.Problem, ScoreEstimators.ForTheBest(3), exact)]);
    }

    [Fact]
    public void Critics()
    {
        using var table = new TableProblem(Long);
        Measured.Same(Audit(table, ScoreEstimators.Critics(table.Problem)));
    }

    [Fact]
    public void Reductions_and_losses_on_policy()
    {
        using var table = new TableProblem(Long);
        Measured.Same(Audit(table, ScoreEstimators.Losses(table.Problem, samplesPerPrompt: 2)));
    }

    [Fact]
    public void Losses_on_stale_data()
    {
        using var table = new TableProblem(Long, staleness: 0.4);
        Measured.Same(Audit(table, ScoreEstimators.Stale(samplesPerPrompt: 2)));
    }

    // 31^4 = 923 521 groups.
    [Fact]
    public void Leave_one_out_over_groups_of_four()
    {
        using var table = new TableProblem(Long);
        Measured.Same(Audit(table, [.. ScoreEstimators.Baselines(table.Problem, samplesPerPrompt: 4).Skip(3).Take(2)]));
    }

    private static Bias[] Audit(TableProblem table, IReadOnlyList<Estimator> estimators)
    {
        using var scope = NewDisposeScope();
        var exact = table.ScoreGradient();
        return [.. estimators.Select(estimator => Bias.Of(table.Problem, estimator, exact))];
    }
}
