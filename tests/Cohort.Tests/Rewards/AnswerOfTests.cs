using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Parsing;
using Cohort.Rewards;

namespace Cohort.Tests.Rewards;

/// <summary>Which completions vote for the same answer.</summary>
public sealed class AnswerOfTests
{
    [Theory]
    [InlineData("it is 1,234.0", "1234")]
    [InlineData("#### 0.75", "3/4")]
    [InlineData("so 6/8", "3/4")]
    [InlineData("-0.50", "-1/2")]
    [InlineData("50%", "50%")] // a reference of 0.5 or 50 matches it, but no reference matches all three
    [InlineData("no idea", "")]
    public void Numbers_are_one_answer_by_their_value(string text, string expected) => Same(new NumberReward(), text, expected);

    [Theory]
    [InlineData("= \\boxed{2^{10}}", "1024")]
    [InlineData("\\boxed{1,024}", "1024")]
    [InlineData("x = \\frac{-2}{4}", "-1/2")]
    [InlineData("\\boxed{x}", "")]
    public void Expressions_are_one_answer_by_their_value(string text, string expected) => Same(new MathReward(), text, expected);

    [Theory]
    [InlineData("The answer is (b).", "B")]
    [InlineData(" B ", "B")]
    [InlineData("E", "")] // there are four letters
    public void Choices_are_one_answer_by_their_letter(string text, string expected) => Same(new ChoiceReward(), text, expected);

    [Theory]
    [InlineData(AnswerPlace.Last, "  so #### Yes \n", "so #### Yes")]
    [InlineData(AnswerPlace.Hash, "so #### Yes \n", "Yes")]
    [InlineData(AnswerPlace.Hash, "so Yes", "")]
    public void Exact_answers_are_the_part_that_is_compared(AnswerPlace where, string text, string expected) => Same(new ExactReward(where), text, expected);

    [Fact]
    public void A_patterns_group_is_the_answer_and_without_one_the_text()
    {
        Same(new RegexReward("x=(?<x>\\w*)", "x"), "so x=ab.", "ab");
        Same(new RegexReward("x=(?<x>\\w*)", "x"), "so y=ab.", "");
        Same(new RegexReward("x="), " x=ab ", "x=ab");
    }

    [Fact]
    public void What_stands_between_marks_is_the_answer_of_expressions_and_JSON()
    {
        Same(new ExpressionReward(), "try \\boxed{ 3*4 }", "3*4");
        Same(new JsonSchemaReward(JsonSchema.Read("{}")), "Here:\n```json\n[1]\n```\n", "[1]");
    }

    [Fact]
    public void Other_rewards_compare_trimmed_text()
    {
        Same(new TaskReward(new SortTask(3)), " 123\n", "123");
        Same(new DelegateReward("mine", (_, _) => 1), "\tab c ", "ab c");
    }

    [Fact]
    public void Of_several_rewards_the_first_one_reads_the_answer()
    {
        var rewards = new RewardSet(
        [
            new("right", new NumberReward(), Weight: 1, TimeSpan.FromSeconds(1)),
            new("short", new ExactReward(), Weight: 0.1, TimeSpan.FromSeconds(1)),
        ]);
        Assert.Equal(("7", ""), rewards.AnswerOf(Completion("about 7.0")));
    }

    [Theory]
    [InlineData(true, "mine threw InvalidOperationException: no answer")]
    [InlineData(false, "mine gave null instead of an answer")]
    public void A_reward_that_fails_to_read_an_answer_gives_none_and_says_why(bool throws, string failure) =>
        Assert.Equal(("", failure), RewardSet.Of(new Failing(throws), TimeSpan.FromSeconds(1)).AnswerOf(Completion("7")));

    private static void Same(IReward reward, string text, string expected) => Assert.Equal(expected, reward.AnswerOf(Completion(text)));

    private static Completion Completion(string text) => new(0, 0, [1], [2], [-0.5f], FinishReason.Stop, text);

    private sealed class Failing(bool throws) : IRewardFunction
    {
        public string Name => "mine";

        public ValueTask<Score> ScoreAsync(Problem problem, Completion completion, CancellationToken cancel) => new(Score.Of(1));

        public string AnswerOf(Completion completion) => throws ? throw new InvalidOperationException("no\nanswer") : null!;
    }
}
