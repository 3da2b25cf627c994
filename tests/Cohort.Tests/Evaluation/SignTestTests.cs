using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class SignTestTests
{
    [Theory]
    [InlineData(5, 0, 0.03125)] // 1 / 32
    [InlineData(4, 1, 0.1875)] // (5 + 1) / 32
    [InlineData(2, 3, 0.8125)] // (10 + 10 + 5 + 1) / 32
    [InlineData(0, 3, 1)]
    [InlineData(0, 0, 1)]
    public void It_matches_a_count_of_coin_tosses(int more, int fewer, double expected) =>
        Assert.Equal(expected, SignTest.PValue(more, fewer), 1e-12);

    [Fact]
    public void Large_numbers_neither_overflow_nor_vanish()
    {
        // z = (5150.5 - 1 - 5000) / 50 = 2.99, where the normal tail is 0.001395.
        Assert.Equal(0.001395, SignTest.PValue(5150, 4850), 0.00002);
    }

    [Fact]
    public void Numbers_below_zero_are_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => SignTest.PValue(3, -1));
}
