using Cohort.Data;
using Cohort.Parsing;
using Cohort.Rewards;
using Cohort.Tests.Parsing;

namespace Cohort.Tests.Rewards;

public sealed class MathRewardTests
{
    [Theory]
    [InlineData("so it is \\boxed{2^{10}}", "1,024", 1, 1)]
    [InlineData("Add them:\nx = 1/2 + 1/3 = \\frac{5}{6}.", "#### 5/6", 1, 1)]
    [InlineData("\\boxed{0.3333333333}", "\\frac{1}{3}", 0, 1)]
    [InlineData("5/6\nor so", "5/6", 0, 0)]
    [InlineData("\\boxed{x}", "5/6", 0, 0)]
    public void Expressions_of_the_same_value_score(string answer, string reference, double correct, double format)
    {
        var score = Assert.IsType<Scored>(new MathReward().Judge(new Problem("1", "p", reference), answer));
        Assert.Equal((correct, correct, format), (score.Total, score.Parts["correct"], score.Parts["format"]));
    }

    [Fact]
    public void An_expression_counts_only_where_it_is_looked_for()
    {
        var problem = new Problem("1", "p", "7");
        Assert.Equal(0, Assert.IsType<Scored>(new MathReward(AnswerPlace.Boxed).Judge(problem, "7")).Total);
        Assert.Equal(1, Assert.IsType<Scored>(new MathReward(AnswerPlace.Boxed).Judge(problem, "\\boxed{3+4}")).Total);
    }

    [Fact]
    public void A_reference_without_a_value_gives_no_score() =>
        Assert.Equal(Score.None("the reference of problem 1 has no expression that has a value"), new MathReward().Judge(new Problem("1", "p", "x"), "x"));

    [Fact]
    public void Hostile_answers_score_0()
    {
        foreach (var answer in HostileText.All)
            Assert.Equal(0, Assert.IsType<Scored>(new MathReward().Judge(new Problem("1", "p", "4711"), answer)).Total);
    }
}
