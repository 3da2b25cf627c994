using System.Diagnostics;
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

    // Deviations of all seven: of the sample 0.8275, of the population 0.7661; of the groups' populations 0.6042 and 0.8602.
    [Theory]
    [InlineData(GroupScale.GroupDeviation, DeviationKind.Population, -0.9769564, -0.1628261, 1.6282606, -0.4884782, 1.2640300, -0.1149118, -1.1491182)]
    [InlineData(GroupScale.BatchDeviation, DeviationKind.Sample, -0.7164150, -0.1194025, 1.1940250, -0.3582075, 1.3134275, -0.1194025, -1.1940250)]
    [InlineData(GroupScale.BatchDeviation, DeviationKind.Population, -0.7730770, -0.1288462, 1.2884617, -0.3865385, 1.4173079, -0.1288462, -1.2884617)]
    [InlineData(GroupScale.GroupDeviation, DeviationKind.LeaveOneOut, -1.1267606, -0.1549505, 5.0956489, -0.4827797, 2.5526144, -0.1003395, -1.7471763)]
    [InlineData(GroupScale.BatchDeviation, DeviationKind.LeaveOneOut, -0.9677021, -0.1475446, 1.6002462, -0.4536280, 2.6557954, -0.1644674, -1.7683421)]
    [InlineData(GroupScale.None, DeviationKind.LeaveOneOut, -0.8, -0.1333333, 1.3333333, -0.4, 1.65, -0.15, -1.5)]
    [InlineData(GroupScale.None, DeviationKind.Population, -0.6, -0.1, 1.0, -0.3, 1.1, -0.1, -1.0)]
    public void Scale_and_kind_of_deviation_are_options(
        GroupScale scale, DeviationKind kind, double a, double b, double c, double d, double e, double f, double g)
    {
        using var scope = NewDisposeScope();
        Numbers.Same([a, b, c, d, e, 0, f, g], Advantages(Scores, Scored, 4, scale, kind), Tolerances.HandComputed);
    }

    [Fact]
    public void Row_whose_siblings_are_equal_is_not_divided_by_their_deviation()
    {
        using var scope = NewDisposeScope();
        Numbers.Same(
            [-0.5634095, -0.5634095, -0.5634095, 0.7],
            Advantages([0.2, 0.2, 0.2, 0.9], [true, true, true, true], 4, GroupScale.GroupDeviation, DeviationKind.LeaveOneOut),
            Tolerances.HandComputed);
    }

    [Fact]
    public void Options_that_do_not_exist_are_unreachable()
    {
        using var scope = NewDisposeScope();
        Assert.Throws<UnreachableException>(() => Advantages(Scores, Scored, 4, (GroupScale)99));
        Assert.Throws<UnreachableException>(() => Advantages(Scores, Scored, 4, GroupScale.GroupDeviation, (DeviationKind)99));
    }

    private static Tensor Advantages(
        double[] scores, bool[] scored, int groupSize, GroupScale scale, DeviationKind kind = DeviationKind.Sample) =>
        GroupRelativeAdvantage.PerResponse(tensor(scores), tensor(scored), groupSize, scale, Epsilon, kind);
}
