using Cohort.Parsing;

namespace Cohort.Tests.Parsing;

public sealed class MarkedAnswerTests
{
    [Theory]
    [InlineData("<think>8</think> <answer> 7 </answer>", "7")]
    [InlineData("9 <answer>so \\boxed{7}</answer> 8", "7")]
    [InlineData("<answer>6\n#### 7\n5</answer>", "7")]
    [InlineData("7", "")]
    [InlineData("\\boxed{7}", "")]
    [InlineData("<answer>7", "")]
    [InlineData("7</answer>", "")]
    [InlineData("</answer>7<answer>", "")]
    [InlineData("<answer>6</answer><answer>7</answer>", "")]
    [InlineData("<answer><answer>7</answer></answer>", "")]
    [InlineData("<answer>7</answer></answer>", "")]
    [InlineData("<answer><answer>7</answer>", "")]
    [InlineData("<Answer>7</Answer>", "")]
    [InlineData("<answer></answer>", "")]
    public void Only_one_pair_of_tags_holds_an_answer(string text, string expected) =>
        Assert.Equal(expected, MarkedAnswer.Find(text, AnswerPlace.AnswerTag).ToString());

    [Fact]
    public void Hostile_text_holds_no_tagged_answer_in_linear_time()
    {
        var time = System.Diagnostics.Stopwatch.StartNew();
        foreach (var text in HostileText.All.Append(string.Concat(Enumerable.Repeat("<answer>7</answer>", 60_000))))
            Assert.True(MarkedAnswer.Find(text, AnswerPlace.AnswerTag).IsEmpty);

        Assert.InRange(time.ElapsedMilliseconds, 0, 2_000);
    }
}
