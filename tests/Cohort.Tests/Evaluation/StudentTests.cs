using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class StudentTests
{
    // ν = 1: tan(π (p - 1/2)); ν = 2: (2p - 1) √(2 / (4p (1-p))); the others by bisection of the density's integral by Simpson's rule.
    [Theory]
    [InlineData(0.975, 1, 12.7062047361747)]
    [InlineData(0.975, 2, 4.30265272974946)]
    [InlineData(0.025, 2, -4.30265272974946)]
    [InlineData(0.975, 1.5, 6.016663104)]
    [InlineData(0.975, 4, 2.776445105)]
    [InlineData(0.975, 30.5, 2.040869445)]
    [InlineData(0.8, 3.7, 0.949877824)]
    [InlineData(0.975, 1e6, 1.959966357)] // the normal's 1.959963985 + z (z² + 1) / 4ν
    public void Quantiles_are_exact_for_any_number_of_degrees(double probability, double degrees, double expected) =>
        Assert.Equal(expected, Student.Quantile(probability, degrees), 1e-7);

    [Theory]
    [InlineData(1.7, 1, 0.3385060547)] // 1 - (2/π) atan 1.7
    [InlineData(-3.2, 2, 0.0853408793)] // 1 - 3.2 / √(2 + 3.2²)
    public void Two_sided_p_values_match_the_closed_forms(double t, double degrees, double expected) =>
        Assert.Equal(expected, Student.TwoSided(t, degrees), 1e-7);
}
