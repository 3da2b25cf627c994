using Cohort.Advantages;
using static TorchSharp.torch;

namespace Cohort.Tests.Advantages;

public sealed class PerRewardAdvantageTests
{
    private const double Epsilon = 0.01;

    // Two groups of three, two parts; the second part of row 5 is missing. Weights 0.5 and -1.5.
    private static Tensor Parts => Numbers.Rows([0.3, 2.0], [0.8, 5.0], [1.9, 3.0], [0.6, 4.0], [2.5, double.NaN], [1.3, 1.0]);

    private static Tensor Scored => ~Parts.isnan();

    [Fact]
    public void Parts_are_normalized_before_they_are_summed()
    {
        using var scope = NewDisposeScope();
        Numbers.Same(
            [0.8783594, -1.7466845, 0.8683251, -1.5020038, 0.5321510, 0.9698528],
            PerRewardAdvantage.Sum(Parts, Scored, [0.5, -1.5], 3, GroupScale.GroupDeviation, Epsilon), Tolerances.HandComputed);
        Numbers.Same(
            [
                (0.5 * -0.7) + 2.0, (0.5 * -0.2) - 2.5, (0.5 * 0.9) + 0.5,
                (0.5 * (0.6 - (4.4 / 3))) - 2.25, 0.5 * (2.5 - (4.4 / 3)), (0.5 * (1.3 - (4.4 / 3))) + 2.25,
            ],
            PerRewardAdvantage.Sum(Parts, Scored, [0.5, -1.5], 3, GroupScale.None, Epsilon), Tolerances.Float64);
    }

    // Mean 0 over the six, deviation of the sample 1.2693.
    [Fact]
    public void The_sum_is_normalized_over_the_batch()
    {
        using var scope = NewDisposeScope();
        Numbers.Same(
            [0.6865679, -1.3652924, 0.6787245, -1.1740383, 0.4159548, 0.7580835],
            PerRewardAdvantage.PerResponse(Parts, Scored, [0.5, -1.5], 3, GroupScale.GroupDeviation, Epsilon), Tolerances.HandComputed);
    }

    [Fact]
    public void Rows_that_nothing_can_be_compared_with_leave_the_batch()
    {
        using var scope = NewDisposeScope();
        var parts = cat([Parts, Numbers.Rows([7.0, 8.0], [9.0, 3.0], [5.0, 4.0])]);
        var scored = cat([Scored, tensor([true, false, false, true, false, false], [3, 2])]);
        Numbers.Same(
            [0.6865679, -1.3652924, 0.6787245, -1.1740383, 0.4159548, 0.7580835, 0, 0, 0],
            PerRewardAdvantage.PerResponse(parts, scored, [0.5, -1.5], 3, GroupScale.GroupDeviation, Epsilon), Tolerances.HandComputed);
    }

    [Fact]
    public void Weights_of_another_number_and_other_shapes_are_refused()
    {
        using var scope = NewDisposeScope();
        Assert.Equal(
            "weights has 1 entries for 2 parts; each part has one. (Parameter 'weights')",
            Assert.Throws<ArgumentException>(() => PerRewardAdvantage.PerResponse(Parts, Scored, [0.5], 3, GroupScale.None, Epsilon)).Message);
        Assert.Equal(
            "scored has shape [6], expected [6,2]; nothing here broadcasts. (Parameter 'scored')",
            Assert.Throws<ArgumentException>(
                () => PerRewardAdvantage.Sum(Parts, ones(6, ScalarType.Bool), [0.5, 0.7], 3, GroupScale.None, Epsilon)).Message);
        Assert.Equal(ScalarType.Float32, PerRewardAdvantage.PerResponse(
            Parts.to_type(ScalarType.Float32), Scored, [0.5, 0.7], 3, GroupScale.None, Epsilon).dtype);
    }
}
