using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class AdaptiveEntropyTests
{
    private static readonly EntropyBonus Bonus = new() { Coefficient = 0.3, Target = 0.7, Step = 0.04, Highest = 0.5, Lowest = 0.2 };

    [Theory]
    [InlineData(0.3, 0.6, 0.34)]
    [InlineData(0.3, 0.7, 0.34)] // at the target it rises, as TRL's does
    [InlineData(0.3, 0.8, 0.26)]
    [InlineData(0.48, 0.6, 0.5)]
    [InlineData(0.23, 0.8, 0.2)]
    [InlineData(0.3, double.NaN, 0.3)]
    [InlineData(0.3, double.NegativeInfinity, 0.3)]
    public void Coefficient_moves_a_step_towards_the_target_within_its_bounds(double coefficient, double measured, double expected) =>
        Assert.Equal(expected, AdaptiveEntropy.Next(Bonus, coefficient, measured), Tolerances.Float64);

    [Theory]
    [InlineData(0.6, 0.3)]
    [InlineData(0.7, 0.3)]
    [InlineData(0.8, 0)]
    public void Bonus_rests_while_the_entropy_is_above_the_target(double measured, double expected) =>
        Assert.Equal(expected, AdaptiveEntropy.Applied(Bonus, 0.3, measured));

    [Fact]
    public void Without_a_target_the_coefficient_is_fixed()
    {
        var free = Bonus with { Target = 0 };
        Assert.Equal(0.9, AdaptiveEntropy.Next(free, 0.9, measured: 0.4));
        Assert.Equal(0.9, AdaptiveEntropy.Applied(free, 0.9, measured: 0.4));
    }

    [Fact]
    public void Defaults_are_those_of_TRL()
    {
        Assert.Equal(new EntropyBonus { Coefficient = 0, Target = 0, Step = 0.005, Highest = 1, Lowest = 0 }, new EntropyBonus());
    }
}
