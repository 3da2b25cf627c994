using Cohort.Audit;
using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

public sealed class HotellingTestTests
{
    [Theory]
    [InlineData(0, 8, 1)]
    [InlineData(15.50731306, 8, 0.05)]   // the table of the chi-square
    [InlineData(20.09023503, 8, 0.01)]
    [InlineData(5.99146455, 2, 0.05)]
    public void Tail_is_that_of_the_chi_square(double statistic, int degrees, double expected) =>
        Assert.Equal(expected, HotellingTest.Tail(statistic, degrees), 1e-8);

    [Fact]
    public void Statistic_of_independent_entries_is_the_sum_of_squared_distances_in_standard_errors()
    {
        using var scope = NewDisposeScope();
        var samples = tensor(Enumerable.Range(0, 400).SelectMany(i => new[] { i % 2 == 0 ? 3.0 : 1, i / 2 % 2 == 0 ? 9.0 : 1 }).ToArray(), [400, 2]);

        // Means 2 and 5, variances 400/399 and 16 * 400/399, no covariance.
        var test = HotellingTest.Of(samples, tensor(new[] { 2.1, 4.8 }));
        var expected = 400 * ((0.01 / (400 / 399.0)) + (0.04 / (16 * 400 / 399.0)));
        Assert.Equal(expected, test.Statistic, 1e-9);
        Assert.Equal(HotellingTest.Tail(expected, 2), test.PValue, 1e-12);
    }

    [Fact]
    public void Samples_that_cannot_be_tested_are_refused()
    {
        using var scope = NewDisposeScope();
        Refused<ArgumentOutOfRangeException>(rand(1000, 3), zeros(3), "written out for an even number of degrees of freedom");
        Refused<ArgumentOutOfRangeException>(rand(199, 2), zeros(2), "count is 199; the chi-square needs at least 200 samples of 2 numbers.");
        Refused<ArgumentException>(rand(200, 2), zeros(4), "mean has shape [4], expected [2]");
    }

    private static void Refused<T>(Tensor samples, Tensor mean, string message)
        where T : Exception =>
        Assert.Contains(message, Assert.Throws<T>(() => HotellingTest.Of(samples, mean)).Message, StringComparison.Ordinal);
}
