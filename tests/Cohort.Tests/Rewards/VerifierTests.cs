using System.Text.Json;
using Cohort.Data;
using Cohort.Parsing;
using Cohort.Rewards;
using Cohort.Tests.Parsing;

namespace Cohort.Tests.Rewards;

/// <summary>Choices, patterns, tags and expressions.</summary>
public sealed class VerifierTests
{
    private const string Choices = """{"choices": ["Rome", "Paris", 17, "Oslo", "Oslo"]}""";

    [Theory]
    [InlineData("B", "{}", "the answer is B", 1, 1)]
    [InlineData("(b)", "{}", "the answer is B", 1, 1)]
    [InlineData("B", "{}", "the answer is C", 0, 1)]
    [InlineData("B", "{}", "Paris", 0, 0)]
    [InlineData("Paris", Choices, "\\boxed{B}", 1, 1)]
    [InlineData(" 17 ", Choices, "(c)", 1, 1)]
    [InlineData("Rome", """{"options": ["Paris", "Rome"]}""", "B", 1, 1)]
    public void A_choice_scores_by_its_letter(string reference, string fields, string answer, double correct, double format)
    {
        var score = Assert.IsType<Scored>(new ChoiceReward().Judge(Make(reference, fields), answer));
        Assert.Equal((correct, correct, format), (score.Total, score.Parts["correct"], score.Parts["format"]));
    }

    [Theory]
    [InlineData("E", "{}")]
    [InlineData("Paris", "{}")]
    [InlineData("Paris", """{"choices": "Paris"}""")]
    [InlineData("Oslo", Choices)] // twice
    [InlineData("1", Choices)] // an index is no reference
    public void A_choice_without_a_known_reference_has_no_score(string reference, string fields) => Assert.Equal(
        Score.None("the reference of problem 1 is neither one of the first 4 letters nor the text of exactly one of its choices"),
        new ChoiceReward().Judge(Make(reference, fields), "A"));

    [Theory]
    [InlineData("(?i)^\\s*yes\\b", "", "Yes, it is", 1)]
    [InlineData("^yes", "", "oh yes", 0)]
    [InlineData("(?<=is )\\d+", "", "it is 5", 1)] // a lookaround needs backtracking
    [InlineData("is (?<x>\\w+)", "x", "it is four, or is five", 1)]
    [InlineData("is (?<x>\\w+)", "x", "it is five", 0)]
    [InlineData("is (\\w+)", "1", "it is four", 1)]
    [InlineData("is (?<x>\\w+)", "x", "four", 0)]
    [InlineData("(?<x>four)?.*", "x", "five", 0)] // matches, but the group does not
    public void A_pattern_scores_where_it_or_its_group_is_right(string pattern, string group, string answer, double expected) =>
        Assert.Equal(expected, Assert.IsType<Scored>(new RegexReward(pattern, group).Judge(Make("four"), answer)).Total);

    [Fact]
    public void A_group_tells_whether_its_pattern_matched()
    {
        var reward = new RegexReward("is (?<x>\\w+)", "x");
        Assert.Equal(1, Assert.IsType<Scored>(reward.Judge(Make("four"), "it is five")).Parts["format"]);
        Assert.Equal(0, Assert.IsType<Scored>(reward.Judge(Make("four"), "five")).Parts["format"]);
    }

    [Theory]
    [InlineData("", "", "The pattern is empty, which matches everything; give one, as in \"^yes\".")]
    [InlineData("(", "", "The pattern is no regular expression of .NET: Invalid pattern '(' at offset 1.")]
    [InlineData("(?<x>a)", "y", "The pattern has no group \"y\", only 0, x; name one of these, or write one as in \"(?<y>...)\".")]
    public void A_bad_pattern_is_refused(string pattern, string group, string message) =>
        Assert.StartsWith(message, Assert.Throws<ArgumentException>(() => new RegexReward(pattern, group)).Message);

    [Fact]
    public void A_pattern_that_would_backtrack_for_ever_takes_linear_time_where_it_can()
    {
        var time = System.Diagnostics.Stopwatch.StartNew();
        Assert.Equal(0, Assert.IsType<Scored>(new RegexReward("^(a+)+$").Judge(Make("x"), new string('a', 50_000) + "b")).Total);
        Assert.InRange(time.ElapsedMilliseconds, 0, 1_000);
    }

    [Fact]
    public void A_match_that_takes_too_long_has_no_score() => Assert.Equal(
        Score.None("the pattern took more than 1 s on an answer of 41 characters"),
        new RegexReward("^(?=(a+)+$)").Judge(Make("x"), new string('a', 40) + "b"));

    [Theory]
    [InlineData("<think>t</think><answer>a</answer>", true)]
    [InlineData(" <think>t\n</think>\n\n<answer>\n</answer>\n", true)]
    [InlineData("<think></think><answer>1 < 2 </b></answer>", true)]
    [InlineData("", false)]
    [InlineData("<think>t</think>", false)]
    [InlineData("<answer>a</answer>", false)]
    [InlineData("<answer>a</answer><think>t</think>", false)]
    [InlineData("<think>t</think> so <answer>a</answer>", false)]
    [InlineData("x<think>t</think><answer>a</answer>", false)]
    [InlineData("<think>t</think><answer>a</answer>x", false)]
    [InlineData("<think>t</think><answer>a</answer>\0", false)]
    [InlineData("<think>t</think><answer>a</answer><answer>b</answer>", false)]
    [InlineData("<think>t</think><answer><answer>a</answer></answer>", false)]
    [InlineData("<think>t<think></think><answer>a</answer>", false)]
    [InlineData("<think>t</think></think><answer>a</answer>", false)]
    [InlineData("<think>t</think><answer>a<think></answer>", false)]
    [InlineData("<think><answer>t</think><answer>a</answer>", false)]
    [InlineData("<think>t</think><answer>a", false)]
    [InlineData("<Think>t</Think><answer>a</answer>", false)]
    public void The_answer_format_is_one_pair_of_each(string text, bool expected)
    {
        Assert.Equal(expected, AnswerFormat.Holds(text));
        Assert.Equal(expected ? 1 : 0, Assert.IsType<Scored>(new AnswerFormatReward().Judge(Make("x"), text)).Total);
    }

    [Theory]
    [InlineData("<think>4</think><answer>four</answer>", 1)]
    [InlineData("four", 0)]
    [InlineData("<answer>four</answer> <answer>four</answer>", 0)]
    public void An_exact_match_reads_between_answer_tags(string answer, double expected) =>
        Assert.Equal(expected, Assert.IsType<Scored>(new ExactReward(AnswerPlace.AnswerTag).Judge(Make("four"), answer)).Total);

    [Theory]
    [InlineData(AnswerPlace.Hash, "So it is\n#### 18", 1)]
    [InlineData(AnswerPlace.Boxed, "So \\boxed{18}.", 1)]
    [InlineData(AnswerPlace.Any, "#### 18", 1)]
    [InlineData(AnswerPlace.AnswerTag, "<answer>18</answer>", 1)]
    [InlineData(AnswerPlace.Hash, "#### 17", 0)]
    [InlineData(AnswerPlace.Boxed, "#### 18", 0)]
    [InlineData(AnswerPlace.Last, "#### 18", 0)]
    public void A_marked_answer_is_compared_with_what_the_reference_marks(AnswerPlace where, string answer, double expected)
    {
        foreach (var reference in new[] { "9 + 9 = <<9+9=18>>18\n#### 18", "It is $\\boxed{ 18}$." })
            Assert.Equal(expected, Assert.IsType<Scored>(new ExactReward(where).Judge(Make(reference), answer)).Total);
    }

    [Fact]
    public void A_whole_answer_is_compared_with_the_whole_reference() =>
        Assert.Equal(1, Assert.IsType<Scored>(new ExactReward().Judge(Make("9 + 9\n#### 18"), "9 + 9\n#### 18 ")).Total);

    [Fact]
    public void A_reference_whose_mark_holds_nothing_gives_no_score() => Assert.Equal(
        Score.None("what the reference of problem 1 marks as its answer is empty"), new ExactReward(AnswerPlace.Any).Judge(Make("It is \\boxed{18"), "18"));

    [Theory]
    [InlineData("it is 18", 1)]
    [InlineData("it is 17", 0)]
    public void A_group_is_compared_with_the_reference_or_what_it_marks(string answer, double expected)
    {
        foreach (var reference in new[] { "9 + 9\n#### 18", "\\boxed{18}", " 18 " })
            Assert.Equal(expected, Assert.IsType<Scored>(new RegexReward("is (\\d+)", "1").Judge(Make(reference), answer)).Total);
    }

    [Fact]
    public void Nothing_is_not_an_exact_match_of_an_empty_reference_unless_it_is_the_whole_answer()
    {
        Assert.Equal(0, Assert.IsType<Scored>(new ExactReward(AnswerPlace.AnswerTag).Judge(Make(""), "<answer></answer>")).Total);
        Assert.Equal(1, Assert.IsType<Scored>(new ExactReward().Judge(Make(""), " ")).Total);
    }

    [Theory]
    [InlineData("(7-3)*12", 1, 1)]
    [InlineData("12 * (7 - 3)", 1, 1)]
    [InlineData("Let me see: \\boxed{(7-3)*12}", 1, 1)]
    [InlineData("<answer>(7-3)*12</answer>", 0, 0)] // not where it is looked for
    [InlineData("7+3+12", 0, 1)]
    [InlineData("48", 0, 1)]
    [InlineData("(7-3)*12+3-3", 0, 1)]
    [InlineData("(7-3)*12=48", 0, 0)]
    [InlineData("", 0, 0)]
    public void An_expression_reaches_the_target_with_each_number_once(string answer, double correct, double format)
    {
        var problem = Make("48", """{"nums": [3, 7, 12], "goal": 48}""");
        foreach (var target in new[] { "goal", "" })
        {
            var score = Assert.IsType<Scored>(new ExpressionReward("nums", target).Judge(problem, answer));
            Assert.Equal((correct, correct, format), (score.Total, score.Parts["correct"], score.Parts["format"]));
        }
    }

    [Fact]
    public void An_expression_is_read_between_answer_tags() => Assert.Equal(1, Assert.IsType<Scored>(
        new ExpressionReward(where: AnswerPlace.AnswerTag).Judge(Make("48", """{"numbers": [3, 7, 12]}"""), "3+7: no. <answer>(7-3)*12</answer>")).Total);

    [Theory]
    [InlineData("48", "{}", "", "problem 1 has no field \"numbers\" with a list of 1 to 16 integers of at least 0")]
    [InlineData("48", """{"numbers": [3, -7]}""", "", "problem 1 has no field \"numbers\" with a list of 1 to 16 integers of at least 0")]
    [InlineData("48", """{"numbers": [3, "7"]}""", "", "problem 1 has no field \"numbers\" with a list of 1 to 16 integers of at least 0")]
    [InlineData("48", """{"numbers": []}""", "", "problem 1 has no field \"numbers\" with a list of 1 to 16 integers of at least 0")]
    [InlineData("3+7", """{"numbers": [3, 7]}""", "", "neither the field \"target\" nor the reference of problem 1 is an integer")]
    [InlineData("48", """{"numbers": [3, 7], "goal": 4.5}""", "goal", "problem 1 has no field \"goal\" with an integer")]
    public void An_expression_without_numbers_or_target_has_no_score(string reference, string fields, string target, string reason) =>
        Assert.Equal(Score.None(reason), new ExpressionReward(target: target).Judge(Make(reference, fields), "3+7"));

    [Fact]
    public void Hostile_answers_score_0_in_bounded_time()
    {
        var problem = Make("D", """{"numbers": [4711, 5]}""");
        var sought = problem with { Reference = "4716" };
        TextReward[] rewards =
            [new ChoiceReward(), new RegexReward("answer: (?<x>\\w+)", "x"), new AnswerFormatReward(), new ExactReward(AnswerPlace.AnswerTag)];
        var time = System.Diagnostics.Stopwatch.StartNew();
        foreach (var answer in HostileText.All)
        {
            Assert.All(rewards, reward => Assert.Equal(0, Assert.IsType<Scored>(reward.Judge(problem, answer)).Total));
            Assert.Equal(0, Assert.IsType<Scored>(new ExpressionReward().Judge(sought, answer)).Total);
        }

        Assert.InRange(time.ElapsedMilliseconds, 0, 6_000);
    }

    private static Problem Make(string reference, string fields = "{}") =>
        new("1", "p", reference) { Fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(fields)! };
}
