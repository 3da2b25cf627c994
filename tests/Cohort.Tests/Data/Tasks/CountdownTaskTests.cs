using Cohort.Data;
using Cohort.Data.Tasks;
using Cohort.Tests.Parsing;

namespace Cohort.Tests.Data.Tasks;

public sealed class CountdownTaskTests
{
    private readonly CountdownTask _task = new(3);

    [Theory]
    [InlineData("3,7,12>22:", "12+7+3", 1, 1)]
    [InlineData("3,7,12>22:", "(3+7)+12", 1, 1)]
    [InlineData("3,7,12>22:", "3 + 7 + 12", 1, 1)]
    [InlineData("3,7,12>22:", "22", 0, 1)]
    [InlineData("3,7,12>22:", "3+7+12+0", 0, 1)]
    [InlineData("3,7,12>22:", "3+7+12*1", 0, 1)]
    [InlineData("3,7,12>22:", "10+12", 0, 1)]
    [InlineData("3,7,12>22:", "3+7", 0, 1)]
    [InlineData("3,7,12>22:", "3+3+7+12-3", 0, 1)]
    [InlineData("3,7,12>22:", "3+7+12=22", 0, 0)]
    [InlineData("3,7,12>22:", "-3+7+12", 0, 0)]
    [InlineData("3,7,12>22:", "3+7+12 3", 0, 0)]
    [InlineData("5,5,2>20:", "(5+5)*2", 1, 1)]
    [InlineData("5,5,2>20:", "5*2+5*2", 0, 1)]
    [InlineData("5,5,2>-15:", "2*5-5*5", 0, 1)]
    [InlineData("4,2>-2:", "2-4", 1, 1)]
    [InlineData(" 4 , 2 > 6 : ", "2+4", 1, 1)]
    public void Any_expression_with_each_number_once_and_the_target_is_right(string prompt, string answer, double correct, double format) =>
        BundledTaskTests.AssertScore(_task.Verify(new Problem("users:1", prompt, ""), answer), correct, format);

    [Fact]
    public void Hostile_answers_score_0()
    {
        foreach (var answer in HostileText.All)
            Assert.Equal(0, Assert.IsType<Scored>(_task.Verify(new Problem("users:1", "3,7,12>22:", "3+7+12"), answer)).Total);
    }

    [Theory]
    [InlineData("")]
    [InlineData("3,7,12")]
    [InlineData("3,7,12>:")]
    [InlineData("3,x>4:")]
    [InlineData("-3,7>4:")]
    [InlineData("3,,7>4:")]
    [InlineData("7>7:")]
    [InlineData("1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1>17:")]
    public void A_prompt_of_another_form_gives_no_score(string prompt) =>
        Assert.Contains("is not a countdown", Assert.IsType<Unscored>(_task.Verify(new Problem("users:1", prompt, "22"), "22")).Reason);

    [Theory]
    [InlineData("1,2,3,4,5>119:", "1,2,3,4,5>119:")]
    [InlineData("15,15,15,15,15>7:", "")]
    [InlineData("2,2>5:", "")]
    [InlineData("1,2,3,4,5,6>21:", "")]
    [InlineData("sort me", "")]
    public void A_problem_without_a_solution_in_reach_cannot_be_demonstrated(string prompt, string solvable)
    {
        var problem = new Problem("users:1", prompt, "");
        if (solvable != "")
            BundledTaskTests.AssertScore(_task.Verify(problem, _task.Demonstrate(problem, BundledTaskTests.Random(1))), 1, 1);
        else
            Assert.Throws<ArgumentException>(() => _task.Demonstrate(problem, BundledTaskTests.Random(1)));
    }

    [Fact]
    public void Brackets_stand_only_where_they_change_the_value()
    {
        for (var round = 0; round < 2_000; round++)
        {
            var random = BundledTaskTests.Random(round);
            var problem = new CountdownTask(4).Generate(random);
            var text = problem.Reference;
            for (var open = text.IndexOf('('); open >= 0; open = text.IndexOf('(', open + 1))
            {
                var close = Closing(text, open);
                var isFactor = (open > 0 && text[open - 1] is '*' or '-') || (close + 1 < text.Length && text[close + 1] == '*');
                Assert.True(isFactor, text);
            }
        }
    }

    private static int Closing(string text, int open)
    {
        var depth = 0;
        for (var index = open; ; index++)
        {
            depth += text[index] == '(' ? 1 : text[index] == ')' ? -1 : 0;
            if (depth == 0)
                return index;
        }
    }
}
