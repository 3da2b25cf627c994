using Cohort.Reports;

namespace Cohort.Tests.Reports;

public class TicksTests
{
    [Theory]
    [InlineData(0.23, 0.91, 5, new[] { 0.2, 0.4, 0.6, 0.8, 1.0 })]
    [InlineData(0, 1, 5, new[] { 0, 0.2, 0.4, 0.6, 0.8, 1.0 })]
    [InlineData(-0.7, 1.3, 5, new[] { -1, -0.5, 0, 0.5, 1, 1.5 })]
    [InlineData(3, 47, 5, new[] { 0.0, 10, 20, 30, 40, 50 })]
    [InlineData(0, 1230000, 7, new[] { 0.0, 200000, 400000, 600000, 800000, 1000000, 1200000, 1400000 })]
    [InlineData(-0.00037, -0.00012, 5, new[] { -0.0004, -0.0003, -0.0002, -0.0001 })]
    public void Ticks_are_round_and_enclose_the_range(double low, double high, int atMost, double[] expected) =>
        AssertClose(expected, Ticks.Around(low, high, atMost).Values);

    [Theory]
    [InlineData(0, new[] { 0, 0.2, 0.4, 0.6, 0.8, 1.0 })]
    [InlineData(4, new[] { 2.0, 3, 4, 5, 6 })]
    [InlineData(-0.3, new[] { -0.5, -0.4, -0.3, -0.2, -0.1 })]
    public void A_single_value_gets_room_around_it(double value, double[] expected) =>
        AssertClose(expected, Ticks.Around(value, value, atMost: 5).Values);

    [Theory]
    [InlineData(0, 5e-324)]
    [InlineData(-1e99, 1e99)]
    [InlineData(1e9, 1e9 + 1e-3)]
    [InlineData(-1e-99, 1e-99)]
    public void Extreme_ranges_still_have_a_few_ticks(double low, double high)
    {
        var ticks = Ticks.Around(low, high, atMost: 5).Values;
        Assert.InRange(ticks.Count, 2, 6);
        Assert.All(ticks, tick => Assert.True(double.IsFinite(tick)));
    }

    [Theory]
    [InlineData(0.23, 0.91, "0.2 0.4 0.6 0.8 1.0")]
    [InlineData(-1, 1, "−1.0 −0.5 0 0.5 1.0")]
    [InlineData(0, 420, "0 100 200 300 400 500")]
    [InlineData(0, 42000, "0 10k 20k 30k 40k 50k")]
    [InlineData(0, 1200000, "0 0.5M 1.0M 1.5M")]
    [InlineData(0, 0.00004, "0 1e−5 2e−5 3e−5 4e−5")]
    [InlineData(0, 5e12, "0 1000G 2000G 3000G 4000G 5000G")]
    public void Labels_have_as_many_digits_as_the_step_needs(double low, double high, string expected)
    {
        var ticks = Ticks.Around(low, high, atMost: 5);
        Assert.Equal(expected, string.Join(' ', ticks.Values.Select(tick => ticks.Label(tick).Replace("\u202F", ""))));
    }

    private static void AssertClose(double[] expected, IReadOnlyList<double> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, Math.Abs(pair.First) * 1e-9 + 1e-15));
    }
}
