using Cohort.Advantages;
using static TorchSharp.torch;

namespace Cohort.Tests.Advantages;

public sealed class GroupRelativeAdvantageTests
{
    private const double Epsilon = 0.01;

    // Means 0.9 and, without the missing score, 1.4; deviations sqrt(1.46 / 3) and sqrt(2.22 / 2).
    private static readonly double[] Scores = [0.3, 0.8, 1.9, 0.6, 2.5, double.NaN, 1.3, 0.4];
    private static readonly bool[] Scored = [true, true, true, true, true, false, true, true];

    [Fact]
    public void Advantages_are_the_hand_computed_numbers_and_a_missing_score_leaves_the_group()
    {
        using var scope = NewDisposeScope();
        Numbers.Same(
            [-0.8479187, -0.1413198, 1.4131979, -0.4239594, 1.0342571, 0, -0.0940234, -0.9402337],
            Advantages(Scores, Scored, 4, GroupScale.GroupDeviation), Tolerances.HandComputed);
    }

    [Fact]
    public void Without_a_scale_scores_are_only_centred()
    {
        using var scope = NewDisposeScope();
        Numbers.Same([-0.6, -0.1, 1.0, -0.3, 1.1, 0, -0.1, -1.0], Advantages(Scores, Scored, 4, GroupScale.None), Tolerances.Float64);
    }

    [Theory]
    [InlineData(GroupScale.GroupDeviation)]
    [InlineData(GroupScale.None)]
    public void Flat_group_has_zero_advantage_however_its_mean_rounds(GroupScale scale)
    {
        using var scope = NewDisposeScope();
        foreach (var score in new[] { 0.1, 0.7, 1 / 3.0, 1e6 + 0.1, -123.456 })
        {
            var scores = full([7], score, ScalarType.Float32);
            var advantages = GroupRelativeAdvantage.PerResponse(scores, ones(7, ScalarType.Bool), 7, scale, 1e-8);
            Numbers.Same(new double[7], advantages, 0);
        }
    }

    [Theory]
    [InlineData(GroupScale.GroupDeviation)]
    [InlineData(GroupScale.None)]
    public void Groups_with_fewer_than_two_scores_have_zero_advantage(GroupScale scale)
    {
        using var scope = NewDisposeScope();
        Numbers.Same(
            new double[6], Advantages([2.5, 0.3, 0.9, 4.0, 0.2, 0.7], [true, false, false, false, false, false], 3, scale), 0);
    }

    [Fact]
    public void Shifting_all_scores_of_a_group_changes_nothing()
    {
        using var scope = NewDisposeScope();
        var shifted = Scores.Select((score, i) => score + (i < 4 ? 3.25 : -1.5)).ToArray();
        Numbers.Same(
            Advantages(Scores, Scored, 4, GroupScale.GroupDeviation),
            Advantages(shifted, Scored, 4, GroupScale.GroupDeviation), Tolerances.Float64);
    }

    [Theory]
    [InlineData(3, "8 rows do not divide into groups of 3; a group needs at least 2 completions of one prompt. (Parameter 'groupSize')")]
    [InlineData(1, "8 rows do not divide into groups of 1; a group needs at least 2 completions of one prompt. (Parameter 'groupSize')")]
    public void Groups_that_do_not_divide_are_refused(int groupSize, string message)
    {
        using var scope = NewDisposeScope();
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => Advantages(Scores, Scored, groupSize, GroupScale.None)).Message);
    }

    private static Tensor Advantages(double[] scores, bool[] scored, int groupSize, GroupScale scale) =>
        GroupRelativeAdvantage.PerResponse(tensor(scores), tensor(scored), groupSize, scale, Epsilon);
}
