using System.Text.Json;
using Cohort.Data;
using Cohort.Rewards;

namespace Cohort.Tests.Rewards;

public sealed class PenaltyTests
{
    [Theory]
    [InlineData(29, 50, 20, 0)]
    [InlineData(30, 50, 20, 0)]
    [InlineData(31, 50, 20, -0.05)]
    [InlineData(45, 50, 20, -0.75)]
    [InlineData(49, 50, 20, -0.95)]
    [InlineData(50, 50, 20, -1)]
    [InlineData(77, 50, 20, -1)]
    [InlineData(50, 50, 0, 0)] // no buffer: a step after the longest
    [InlineData(51, 50, 0, -1)]
    [InlineData(25, 50, 50, -0.5)]
    public void Overlong_penalty_is_a_line_over_the_buffer(int length, int longest, int buffer, double expected) =>
        Assert.Equal(expected, OverlongPenalty.Of(length, longest, buffer), Tolerances.Float64);

    [Theory]
    [InlineData(-1)]
    [InlineData(51)]
    public void Buffer_out_of_range_is_refused(int buffer)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => OverlongPenalty.Of(40, 50, buffer));
        Assert.StartsWith($"buffer is {buffer}; it must lie in [0, 50], the longest completion.", error.Message);
    }

    [Theory]
    [InlineData(45, 1, -0.75)]
    [InlineData(45, 0.5, -0.375)]
    [InlineData(77, 3, -3)]
    [InlineData(29, 3, 0)]
    public void Overlong_reward_is_the_penalty_of_the_answers_tokens(int length, double penalty, double expected) =>
        Assert.Equal(expected, Total(new OverlongReward(longest: 50, buffer: 20, penalty), length), Tolerances.Float64);

    [Fact]
    public void Overlong_reward_refuses_a_buffer_longer_than_the_longest_answer() => Assert.StartsWith(
        "buffer is 51; it must lie in [0, 50], the longest answer in tokens.",
        Assert.Throws<ArgumentOutOfRangeException>(() => new OverlongReward(50, 51)).Message);

    [Theory]
    [InlineData(70, 100, 0.0003, -0.009)]
    [InlineData(130, 100, 0.0003, -0.009)]
    [InlineData(100, 100, 0.0003, 0)]
    [InlineData(70, 0, 0.01, -0.7)]
    public void Length_reward_costs_each_token_off_the_target(int length, int target, double slope, double expected) =>
        Assert.Equal(expected, Total(new LengthReward(target, slope), length), Tolerances.Float64);

    [Fact]
    public void Length_reward_takes_a_problems_own_target()
    {
        var problem = new Problem("1", "p", "r") { Fields = new Dictionary<string, JsonElement> { ["tokens"] = JsonElement.Parse("60") } };
        Assert.Equal(-0.1, Assert.IsType<Scored>(new LengthReward(5, 0.01, "tokens").Judge(problem, Answer(70))).Total, Tolerances.Float64);
        Assert.Equal(Score.None("problem 1 has no field \"budget\" with a length in tokens"), new LengthReward(5, 0.01, "budget").Judge(problem, Answer(70)));
    }

    [Theory]
    [InlineData(new[] { 3, 4, 3, 4, 3, 5 }, 2, -0.8)]          // 34 43 34 43 35: 3 of 5 are distinct
    [InlineData(new[] { 3, 4, 3, 4, 3, 5 }, 3, -0.5)]          // 343 434 343 435: 3 of 4
    [InlineData(new[] { 3, 4, 3, 4, 3, 5 }, 1, -1)]            // 3 4 5: 3 of 6
    [InlineData(new[] { 3, 4, 3, 4, 3, 5 }, 6, 0)]
    [InlineData(new[] { 3, 4, 3, 4, 3, 5 }, 7, 0)]
    [InlineData(new[] { 7, 7, 7, 7, 7 }, 2, -1.5)]             // 1 of 4
    [InlineData(new[] { 7, 8, 9, 10 }, 2, 0)]
    [InlineData(new int[0], 2, 0)]
    public void Repetition_penalty_is_the_share_of_runs_that_were_there_before(int[] tokens, int run, double expected) =>
        Assert.Equal(expected, RepetitionPenalty.Of(tokens, run, largest: 2), Tolerances.Float64);

    [Fact]
    public void Repetition_penalty_without_weight_is_none() => Assert.Equal(0, RepetitionPenalty.Of([7, 7, 7], 1, largest: 0));

    [Fact]
    public void Repetition_of_a_long_completion_is_found_in_no_time()
    {
        var tokens = Enumerable.Range(0, 200_000).Select(i => i % 7).ToArray();
        Assert.Equal((7.0 / 199_997) - 1, RepetitionPenalty.Of(tokens, 4, largest: 1), Tolerances.Float64);
    }

    [Theory]
    [InlineData(0, 2.0, "run is 0; a run has at least 1 token.")]
    [InlineData(2, -0.5, "largest is -0.5; a penalty must be at least 0 and finite.")]
    [InlineData(2, double.PositiveInfinity, "largest is Infinity; a penalty must be at least 0 and finite.")]
    [InlineData(2, double.NaN, "largest is NaN; a penalty must be at least 0 and finite.")]
    public void Repetition_arguments_out_of_range_are_refused(int run, double largest, string message)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => RepetitionPenalty.Of([3, 4], run, largest));
        Assert.StartsWith(message, error.Message);
    }

    [Theory]
    [InlineData("<think>why</think>because", true)]
    [InlineData("<think></think>", true)]
    [InlineData("<think>\nwhy\n</think>\n\nbecause", true)]
    [InlineData("<think>a</think>b</think>c", true)]
    [InlineData("<think>why", false)]
    [InlineData(" <think>why</think>", false)]
    [InlineData("<Think>why</Think>", false)]
    [InlineData("<think>a<think>b</think>", false)]
    [InlineData("<think>a</think>b<think>", false)]
    [InlineData("</think><think>", false)]
    [InlineData("<think", false)]
    [InlineData("", false)]
    public void Thinking_stands_between_one_pair_of_tags_at_the_beginning(string text, bool expected)
    {
        Assert.Equal(expected, ThinkFormat.Holds(text));
        var score = new ThinkFormatReward().Judge(new Problem("1", "p", "r"), text);
        Assert.Equal(expected ? 1 : 0, Assert.IsType<Scored>(score).Total);
    }

    [Fact]
    public async Task Repetition_reward_looks_at_the_tokens()
    {
        var completion = new Completion(0, 0, [1], [7, 7, 7, 7, 7], [0, 0, 0, 0, 0], FinishReason.Stop, "text");
        var score = await new RepetitionReward(2, 2).ScoreAsync(new Problem("1", "p", "r"), completion, CancellationToken.None);
        Assert.Equal(-1.5, Assert.IsType<Scored>(score).Total, Tolerances.Float64);
    }

    private static double Total(BoundedReward reward, int length) =>
        Assert.IsType<Scored>(reward.Judge(new Problem("1", "p", "r"), Answer(length))).Total;

    private static Completion Answer(int length) => new(0, 0, [1], [.. Enumerable.Repeat(7, length)], [], FinishReason.Length, "");
}
