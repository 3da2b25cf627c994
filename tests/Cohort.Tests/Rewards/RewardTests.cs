using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Rewards;
using Cohort.Tests.Parsing;

namespace Cohort.Tests.Rewards;

public sealed class RewardTests
{
    [Theory]
    [InlineData("four", "four", 1)]
    [InlineData(" four\n", "four", 1)]
    [InlineData("four", " four\n", 1)]
    [InlineData("Four", "four", 0)]
    [InlineData("fo ur", "four", 0)]
    [InlineData("fou\u0301r", "foúr", 0)]
    [InlineData("", "four", 0)]
    public void Exact_reward_compares_character_by_character(string answer, string reference, double expected) =>
        Assert.Equal(expected, Total(new ExactReward(), answer, reference));

    [Theory]
    [InlineData("The answer is 1,234.", "1234", 1)]
    [InlineData("1234.00", "1,234", 1)]
    [InlineData("first 1234, then 5", "1234", 0)]
    [InlineData("it is -3", "3", 0)]
    [InlineData("0.1", "0.10000000000000000000000001", 0)]
    [InlineData("so 18", "He has 9 + 9 = 18. #### 18", 1)]
    [InlineData("no idea", "3", 0)]
    [InlineData("1e3", "3", 0)]
    [InlineData("12 + 5 = 17, so \\boxed{17} of 20", "17", 1)]
    [InlineData("#### 17\nor 20", "17", 1)]
    [InlineData("#### 17, \\boxed{20}", "17", 0)]
    [InlineData("17 \\boxed{}", "17", 0)]
    [InlineData("17 \\boxed{17", "17", 0)]
    [InlineData("3/4 of it", "0.75", 1)]
    [InlineData("\\boxed{-\\frac{3}{4}}", "-0.75", 1)]
    [InlineData("1 1/2 cups", "1.5", 1)]
    [InlineData("it covers 5 m^2", "5", 1)]
    [InlineData("it covers 5 m^2", "2", 0)]
    [InlineData("50%", "0.5", 1)]
    [InlineData("0.5", "50 %", 1)]
    [InlineData("50%", "50", 1)]
    [InlineData("50%", "0.5%", 0)]
    [InlineData("50", "0.5", 0)]
    public void Number_reward_compares_the_last_numbers_exactly(string answer, string reference, double expected) =>
        Assert.Equal(expected, Total(new NumberReward(), answer, reference));

    [Fact]
    public void Number_reward_declines_where_the_reference_has_no_number() =>
        Assert.IsType<Unscored>(new NumberReward().Judge(new Problem("1", "p", "four"), "4"));

    [Fact]
    public void Task_reward_is_the_tasks_verifier()
    {
        var reward = new TaskReward(new SortTask(3));

        Assert.Equal("sort", reward.Name);
        Assert.Equal(1, Total(reward, "137", "137"));
        Assert.Equal(0, Total(reward, "173", "137"));
    }

    [Fact]
    public void Hostile_answers_score_0_in_bounded_time()
    {
        var time = System.Diagnostics.Stopwatch.StartNew();
        foreach (var answer in HostileText.All)
        {
            Assert.Equal(0, Total(new ExactReward(), answer, "4711"));
            Assert.Equal(0, Total(new NumberReward(), answer, "4711"));
        }

        Assert.InRange(time.ElapsedMilliseconds, 0, 3_000);
    }

    private static double Total(TextReward reward, string answer, string reference) =>
        Assert.IsType<Scored>(reward.Judge(new Problem("1", "p", reference), answer)).Total;
}
