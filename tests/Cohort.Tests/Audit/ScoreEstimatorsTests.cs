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
        Measured.Same(Audit(table, ScoreEstimators.Baselines(table.Problem, samplesPerPrompt: 2)),
            (0.9773424, 0.5388500, 0.5266410),  // OPO
            (0.9837543, 0.3684863, 0.3625000),  // OTB
            (0.9744306, 0.5406417, 0.5268178),  // GRPO
            (0.9257854, 0.4684642, 0.4336974)); // pass@k
    }

    [Fact]
    public void Baselines_over_groups_of_three()
    {
        using var table = new TableProblem(Wide);
        Measured.Same(Audit(table, ScoreEstimators.Baselines(table.Problem, samplesPerPrompt: 3)),
            (0.9978222, 0.6639750, 0.6625290),  // OPO
            (0.9908042, 0.6489810, 0.6430130),  // OTB
            (0.9871375, 0.8148398, 0.8043589),  // GRPO
            (0.9838832, 0.4779166, 0.4702141)); // pass@k
    }

    [Fact]
    public void Baselines_over_batches_of_two_prompts()
    {
        using var table = new TableProblem(Two);
        Measured.Same(Audit(table, ScoreEstimators.Baselines(table.Problem, samplesPerPrompt: 2)),
            (0.9928704, 0.5548754, 0.5509193),  // OPO
            (0.9795713, 0.3632682, 0.3558471),  // OTB
            (0.9210370, 0.6401135, 0.5895682),  // GRPO
            (0.8933262, 0.4908454, 0.4384850)); // pass@k
    }

    [Fact]
    public void Statistics_over_batches_of_two_prompts()
    {
        using var table = new TableProblem(Two);
        Measured.Same(Audit(table, ScoreEstimators.BatchWide(table.Problem, samplesPerPrompt: 2)),
            (0.9946492, 0.7844289, 0.7802315),  // batch deviation
            (0.9798766, 1.4988903, 1.4687275),  // REINFORCE++
            (0.9859262, 1.1308717, 1.1149561)); // its baseline form
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
        Measured.Same(Audit(table, ScoreEstimators.Critics(table.Problem)),
            (0.9280449, 0.9246658, 0.8581314),  // wrong V
            (0.9963267, 0.9542332, 0.9507280)); // discount
    }

    [Fact]
    public void Reductions_and_losses_on_policy()
    {
        using var table = new TableProblem(Long);
        Measured.Same(Audit(table, ScoreEstimators.Losses(table.Problem, samplesPerPrompt: 2)),
            (0.8631788, 0.5771184, 0.4981564),  // 1/|o|
            (0.9797010, 0.3640342, 0.3566446),  // token mean
            (0.8631788, 0.5771184, 0.4981564),  // GSPO
            (0.8631788, 0.5771184, 0.4981564)); // GMPO
    }

    [Fact]
    public void Losses_on_stale_data()
    {
        using var table = new TableProblem(Long, staleness: 0.4);
        Measured.Same(Audit(table, ScoreEstimators.Stale(samplesPerPrompt: 2)),
            (0.9789608, 1.0042001, 0.9830725),  // token ratio
            (0.7190791, 1.0463206, 0.7523873),  // clipped
            (0.9734903, 0.9206385, 0.8962327),  // clipped weight
            (0.9841979, 0.9852637, 0.9696944),  // sequence ratio
            (0.9545760, 0.9376790, 0.8950859)); // no ratio
    }

    // 31^4 = 923 521 groups, 46 376 without order.
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
