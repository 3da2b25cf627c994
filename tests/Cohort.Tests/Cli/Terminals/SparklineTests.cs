using Cohort.Cli.Terminals;

namespace Cohort.Tests.Cli.Terminals;

public sealed class SparklineTests
{
    [Theory]
    [InlineData(new[] { 2.0, 3, 4, 5, 6, 7, 8, 9 }, 8, "▁▂▃▄▅▆▇█")]
    [InlineData(new[] { 9.0, -7, 1 }, 8, "█▁▅")] // (1 + 7) / 16 of eight blocks is the fifth
    [InlineData(new[] { 3.0, 3, 3 }, 8, "▄▄▄")]
    [InlineData(new[] { 0.4 }, 8, "▄")]
    [InlineData(new double[0], 8, "")]
    [InlineData(new[] { -1.7e308, 1.7e308 }, 8, "▁█")] // their difference is no double
    public void Lowest_and_highest_value_have_the_lowest_and_the_highest_block(double[] values, int width, string expected) =>
        Assert.Equal(expected, Sparkline.Draw(values, width));

    [Fact]
    public void More_values_than_columns_are_thinned_to_means_over_the_whole_run()
    {
        // Seven values in four columns: {2}, {4, 9}, {3, 5}, {1, 3}, with the means 2, 6.5, 4, 2.
        Assert.Equal("▁█▄▁", Sparkline.Draw([2, 4, 9, 3, 5, 1, 3], 4));
    }

    [Fact]
    public void A_long_run_keeps_its_beginning_and_its_end()
    {
        double[] values = [.. Enumerable.Repeat(4.0, 5000), .. Enumerable.Repeat(2.0, 5000)];

        Assert.Equal("█████▁▁▁▁▁", Sparkline.Draw(values, 10));
    }
}
