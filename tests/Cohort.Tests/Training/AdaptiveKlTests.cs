using Cohort.Training;

namespace Cohort.Tests.Training;

public sealed class AdaptiveKlTests
{
    private static readonly KlPenalty Penalty = new() { Coefficient = 0.3, Target = 0.05, Horizon = 4000 };

    [Theory]
    [InlineData(0.055, 0.303)]  // 10 % too much, over a tenth of the horizon
    [InlineData(0.046, 0.2976)] // 8 % too little
    [InlineData(0.9, 0.306)]    // cut to 20 %
    [InlineData(-0.4, 0.294)]
    public void Coefficient_moves_by_the_hand_computed_share(double measured, double expected) =>
        Assert.Equal(expected, AdaptiveKl.Next(Penalty, 0.3, measured, completions: 400), Tolerances.HandComputed);

    [Fact]
    public void Coefficient_stays_without_a_target_and_without_a_measurement()
    {
        Assert.Equal(0.3, AdaptiveKl.Next(Penalty with { Target = 0 }, 0.3, measured: 0.9, completions: 400));
        Assert.Equal(0.3, AdaptiveKl.Next(Penalty, 0.3, double.NaN, completions: 400));
    }
}
