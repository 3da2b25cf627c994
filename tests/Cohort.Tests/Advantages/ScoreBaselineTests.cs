using Cohort.Advantages;
using static TorchSharp.torch;

namespace Cohort.Tests.Advantages;

/// <summary>Hand-computed numbers of the baselines that are made of scores.</summary>
public sealed class ScoreBaselineTests
{
    private const double Epsilon = 0.01;
    private const double NaN = double.NaN;

    // Means of the others: 1.1, 0.9333, 0.5667, 1.0 and 0.85, 1.45, 1.9.
    private static Tensor Scores => tensor([0.3, 0.8, 1.9, 0.6, 2.5, NaN, 1.3, 0.4]);

    private static Tensor Scored => tensor([true, true, true, true, true, false, true, true]);

    [Fact]
    public void Leave_one_out_compares_with_the_mean_of_the_others()
    {
        using var scope = NewDisposeScope();
        Numbers.Same(
            [-0.8, -0.1333333, 1.3333333, -0.4, 1.65, 0, -0.15, -1.5], LeaveOneOutAdvantage.PerResponse(Scores, Scored, 4), Tolerances.HandComputed);
    }

    // The mean of all seven is 7.8 / 7 = 1.1142857.
    [Fact]
    public void Batch_baseline_is_the_mean_of_the_batch()
    {
        using var scope = NewDisposeScope();
        Numbers.Same(
            [-0.8142857, -0.3142857, 0.7857143, -0.5142857, 1.3857143, 0, 0.1857143, -0.7142857],
            BatchBaselineAdvantage.PerResponse(Scores, Scored), Tolerances.HandComputed);
        Numbers.Same([0, 0], BatchBaselineAdvantage.PerResponse(tensor([NaN, 0.7]), tensor([false, true])), 0);
        Numbers.Same(new double[7], BatchBaselineAdvantage.PerResponse(full([7], 0.1, ScalarType.Float64), ones(7, ScalarType.Bool)), 0);
        Assert.Equal(ScalarType.Float32, BatchBaselineAdvantage.PerResponse(Scores.to_type(ScalarType.Float32), Scored).dtype);
    }

    [Fact]
    public void Batch_baseline_refuses_bad_input_and_carries_no_gradient()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(
            "scores has NaN at entry 5 of shape [8]; every number that counts must be finite. (Parameter 'scores')",
            Assert.Throws<ArgumentException>(() => BatchBaselineAdvantage.PerResponse(Scores, ones(8, ScalarType.Bool))).Message);
        Assert.Equal(
            "scored has shape [3], expected [8]; nothing here broadcasts. (Parameter 'scored')",
            Assert.Throws<ArgumentException>(() => BatchBaselineAdvantage.PerResponse(Scores, ones(3, ScalarType.Bool))).Message);
        Assert.False(BatchBaselineAdvantage.PerResponse(Scores.requires_grad_(true), Scored).requires_grad);
    }

    // Lengths 3, 1, 2, 4: baseline 7.9 / 10 = 0.79. Lengths 2, (3), 4, 1: baseline 10.6 / 7 = 1.5142857.
    [Fact]
    public void Length_weighted_baseline_weights_scores_by_tokens()
    {
        using var scope = NewDisposeScope();
        var mask = Numbers.Mask("xxx.", ".x..", "x.x.", "xxxx", "xx..", "xxx.", "xxxx", "...x");
        Numbers.Same(
            [-0.49, 0.01, 1.11, -0.19, 0.9857143, 0, -0.2142857, -1.1142857],
            LengthWeightedBaseline.PerResponse(Scores, Scored, mask, 4), Tolerances.HandComputed);
    }

    [Fact]
    public void Length_weighted_baseline_of_empty_completions_is_the_mean_and_other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        var (scores, scored) = (tensor([0.3, 0.8]), ones(2, ScalarType.Bool));
        Numbers.Same([-0.25, 0.25], LengthWeightedBaseline.PerResponse(scores, scored, Numbers.Mask("..", ".."), 2), Tolerances.Float64);
        Numbers.Same([-0.5, 0], LengthWeightedBaseline.PerResponse(scores, scored, Numbers.Mask("..", ".x"), 2), Tolerances.Float64);
        Assert.Equal(
            "scores has shape [2], expected [1]; nothing here broadcasts. (Parameter 'scores')",
            Assert.Throws<ArgumentException>(() => LengthWeightedBaseline.PerResponse(scores, scored, Numbers.Mask("xx"), 2)).Message);
    }

    // Best less second best: 1.9 - 0.8 and 2.5 - 1.3; the deviations are 0.6976 and 1.0536, of the batch 0.8275.
    [Theory]
    [InlineData(GroupScale.None, 1.1, 1.2)]
    [InlineData(GroupScale.GroupDeviation, 1.5545177, 1.1282804)]
    [InlineData(GroupScale.BatchDeviation, 1.3134275, 1.4328300)]
    public void Best_of_the_group_gets_what_the_group_would_lose_without_it(GroupScale scale, double first, double second)
    {
        using var scope = NewDisposeScope();
        Numbers.Same(
            [0, 0, first, 0, second, 0, 0, 0], BestOfGroupAdvantage.PerResponse(Scores, Scored, 4, scale, Epsilon), Tolerances.HandComputed);
    }

    [Fact]
    public void Nobody_is_the_best_where_two_are()
    {
        using var scope = NewDisposeScope();
        Numbers.Same(
            new double[3], BestOfGroupAdvantage.PerResponse(tensor([0.7, 0.2, 0.7]), ones(3, ScalarType.Bool), 3, GroupScale.None, Epsilon), 0);
    }

    [Fact]
    public void Best_of_the_group_divides_by_the_kind_of_deviation_that_is_asked_for()
    {
        using var scope = NewDisposeScope();
        var best = BestOfGroupAdvantage.PerResponse(
            tensor([0.3, 0.8]), ones(2, ScalarType.Bool), 2, GroupScale.GroupDeviation, Epsilon, DeviationKind.Population);
        Numbers.Same([0, 0.5 / 0.26], best, Tolerances.Float64);
    }

    // Three groups, one of them flat: 3 / 2. The fourth has one score and does not count.
    [Fact]
    public void Gpg_scales_by_groups_over_groups_with_a_signal()
    {
        using var scope = NewDisposeScope();
        var scores = cat([Scores, tensor([0.7, 0.7, 0.7, 0.7, 3.0, NaN, NaN, NaN])]);
        var scored = cat([Scored, tensor([true, true, true, true, true, false, false, false])]);
        Numbers.Same(
            [-0.9, -0.15, 1.5, -0.45, 1.65, 0, -0.15, -1.5, 0, 0, 0, 0, 0, 0, 0, 0], GpgAdvantage.PerResponse(scores, scored, 4), Tolerances.Float64);
        Numbers.Same(new double[4], GpgAdvantage.PerResponse(full([4], 0.7), ones(4, ScalarType.Bool), 2), 0);
    }
}
