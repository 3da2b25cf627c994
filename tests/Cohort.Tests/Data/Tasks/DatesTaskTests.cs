using Cohort.Data;
using Cohort.Data.Tasks;

namespace Cohort.Tests.Data.Tasks;

public sealed class DatesTaskTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    public void The_reference_is_as_many_days_away_as_the_prompt_says(int size)
    {
        for (var round = 0; round < 500; round++)
        {
            var problem = new DatesTask(size).Generate(BundledTaskTests.Random(round));
            var days = problem.Prompt[10..^1];

            Assert.Equal(size + 1, days.Length);
            Assert.Equal(int.Parse(days), JulianDay(problem.Reference) - JulianDay(problem.Prompt[..10]));
        }
    }

    [Fact]
    public void A_reference_that_is_no_date_gives_no_score()
    {
        var score = new DatesTask(2).Verify(new Problem("users:1", "2024-02-27+3=", "1 March"), "2024-03-01");

        Assert.Contains("users:1 is not a date", Assert.IsType<Unscored>(score).Reason);
    }

    // Another way than DateOnly: the Julian day number of Fliegel and van Flandern (Communications of the ACM 11(10), 1968).
    private static int JulianDay(string date)
    {
        var (year, month, day) = (int.Parse(date[..4]), int.Parse(date[5..7]), int.Parse(date[8..]));
        var january = (month - 14) / 12;
        return (1461 * (year + 4800 + january) / 4) + (367 * (month - 2 - (12 * january)) / 12) - (3 * ((year + 4900 + january) / 100) / 4) + day - 32075;
    }
}
