using System.Diagnostics;
using Cohort.Parsing;
using Cohort.Tensors;

namespace Cohort.Tests.Parsing;

public sealed class ArithmeticExpressionTests
{
    [Theory]
    [InlineData("22", 22)]
    [InlineData("3+7+12", 22)]
    [InlineData("3-7-12", -16)]
    [InlineData("3-(7-12)", 8)]
    [InlineData("2+3*4", 14)]
    [InlineData("(2+3)*4", 20)]
    [InlineData("2*3-4*5", -14)]
    [InlineData(" ( 2 + 3 ) * 4 ", 20)]
    [InlineData("((((5))))", 5)]
    [InlineData("999999999999999999*9", 8_999_999_999_999_999_991)]
    public void Value_matches_hand_computed_value(string text, long expected)
    {
        Assert.True(ArithmeticExpression.TryParse(text, out var expression));
        Assert.Equal(expected, expression.Value);
    }

    [Fact]
    public void Numbers_are_listed_from_left_to_right()
    {
        Assert.True(ArithmeticExpression.TryParse("(12-3)*3+007", out var expression));
        Assert.Equal([12, 3, 3, 7], expression.Numbers);
        Assert.Equal(34, expression.Value);
    }

    [Fact]
    public void Hostile_text_is_no_expression()
    {
        var time = Stopwatch.StartNew();
        var read = HostileText.All.Where(text => ArithmeticExpression.TryParse(text, out _));

        Assert.Empty(read);
        Assert.InRange(time.ElapsedMilliseconds, 0, 2_000);
    }

    [Theory]
    [InlineData("1+2+3+4", true)]
    [InlineData("1+2+3+4+5", false)]
    [InlineData("((12))", true)]
    [InlineData("(((12)))", false)]
    [InlineData("1234", true)]
    [InlineData("12345", false)]
    [InlineData("1 + 2 + 3 ", true)]
    [InlineData("1 + 2 + 3  ", false)]
    public void Each_limit_is_the_last_that_passes(string text, bool passes)
    {
        var limits = new ExpressionLimits { Length = 10, Depth = 2, Digits = 4, Operations = 3 };

        Assert.Equal(passes, ArithmeticExpression.TryParse(text, limits, out _));
    }

    [Theory]
    [InlineData(257, 18)]
    [InlineData(-1, 18)]
    [InlineData(16, 19)]
    public void Limits_that_bound_nothing_are_refused(int depth, int digits) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new ExpressionLimits { Depth = depth, Digits = digits });

    [Fact]
    public void The_deepest_limit_is_safe_on_a_small_stack()
    {
        var text = new string('(', 256) + "7" + new string(')', 256);
        var isRead = false;
        var thread = new Thread(
            () => isRead = ArithmeticExpression.TryParse(text, new ExpressionLimits { Depth = 256, Length = 1_000 }, out _),
            maxStackSize: 256 * 1024);
        thread.Start();
        thread.Join();

        Assert.True(isRead);
    }

    [Fact]
    public void A_step_that_overflows_makes_no_expression_even_where_the_value_would_fit() =>
        Assert.False(ArithmeticExpression.TryParse("999999999999999999*99-999999999999999999*99", out _));

    [Fact]
    public void Random_expressions_have_the_value_of_their_trees()
    {
        for (var round = 0; round < 2_000; round++)
        {
            var (text, value) = Draw(Seeds.Sequence(1, Purpose.TrainingProblems, round, 0), depth: 4);

            Assert.True(ArithmeticExpression.TryParse(text, new ExpressionLimits { Length = 1_000 }, out var expression), text);
            Assert.Equal(value, expression.Value);
        }
    }

    [Fact]
    public void Random_text_of_the_alphabet_never_throws()
    {
        const string Characters = "0123456789+-*() ";
        for (var round = 0; round < 20_000; round++)
        {
            var random = Seeds.Sequence(2, Purpose.TrainingProblems, round, 0);
            var text = string.Concat(Enumerable.Range(0, random.Next(30)).Select(_ => Characters[random.Next(Characters.Length)]));
            Assert.Equal(ArithmeticExpression.TryParse(text, out var expression), expression is not null);
        }
    }

    // Brackets around every operation: the value then does not depend on precedence, which the hand-computed cases check.
    private static (string Text, long Value) Draw(RandomSequence random, int depth)
    {
        if (depth == 0 || random.Next(4) == 0)
        {
            var number = random.Next(100);
            return ($"{number}", number);
        }

        var (left, right) = (Draw(random, depth - 1), Draw(random, depth - 1));
        return random.Next(3) switch
        {
            0 => ($"({left.Text}+{right.Text})", left.Value + right.Value),
            1 => ($"({left.Text} - {right.Text})", left.Value - right.Value),
            _ => ($"({left.Text}*{right.Text})", left.Value * right.Value),
        };
    }
}
