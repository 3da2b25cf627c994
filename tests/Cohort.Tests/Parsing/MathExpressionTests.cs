using Cohort.Parsing;

namespace Cohort.Tests.Parsing;

public sealed class MathExpressionTests
{
    [Theory]
    [InlineData("7", 7, 1)]
    [InlineData("2 + 3*4", 14, 1)]
    [InlineData("2 - 3 - 4", -5, 1)]
    [InlineData("12 / 8 / 3", 1, 2)]
    [InlineData("(2+3)*-4", -20, 1)]
    [InlineData("-2^2", -4, 1)]
    [InlineData("(-2)^2", 4, 1)]
    [InlineData("2^3^2", 512, 1)]
    [InlineData("2^{-3}", 1, 8)]
    [InlineData("10^-2", 1, 100)]
    [InlineData("1,234.50", 2469, 2)]
    [InlineData("\\frac{1}{2} + \\frac{1}{3}", 5, 6)]
    [InlineData("-\\dfrac{2 \\cdot 3}{4}", -3, 2)]
    [InlineData("\\left(2\\times 5\\right) \\div 4", 5, 2)]
    [InlineData("$\\frac{1}{\\frac{2}{3}}$.", 3, 2)]
    [InlineData("50\\%", 1, 2)]
    [InlineData("--3", 3, 1)]
    [InlineData("7 \u2212 5", 2, 1)]
    [InlineData("\\frac12", 1, 2)]
    [InlineData("2 + \\frac 3{4}", 11, 4)]
    [InlineData("\\dfrac{3}2", 3, 2)]
    [InlineData("\\frac12^2", 1, 4)]
    [InlineData("10,\\!000 + 1{,}800", 11_800, 1)]
    [InlineData("1\\,234\\,567.5", 2_469_135, 2)]
    public void Expressions_are_computed_exactly(string text, int numerator, int denominator)
    {
        Assert.True(MathExpression.TryCompute(text, out var value));
        Assert.Equal(((Int128)numerator, (Int128)denominator), (value.Numerator, value.Denominator));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x + 1")]
    [InlineData("2 3")]
    [InlineData("2(3)")]
    [InlineData("1/0")]
    [InlineData("1/(2-2)")]
    [InlineData("\\frac{1}{0}")]
    [InlineData("\\frac123")]
    [InlineData("\\frac{1}")]
    [InlineData("\\frac1x")]
    [InlineData("(5{7}")]
    [InlineData("{5(7)")]
    [InlineData("2\\,30")]
    [InlineData("1{,}2345")]
    [InlineData("0^0")]
    [InlineData("4^(1/2)")]
    [InlineData("9**9**9**9")]
    [InlineData("9^9^9^9")]
    [InlineData("1e999")]
    [InlineData("(1")]
    [InlineData("1)")]
    [InlineData("{1)")]
    [InlineData("3+")]
    [InlineData("\u0663")]
    public void What_is_no_expression_or_exceeds_a_bound_has_no_value(string text) => Assert.False(MathExpression.TryCompute(text, out _));

    [Theory]
    [InlineData(32, true)]
    [InlineData(33, false)]
    public void Brackets_nest_up_to_the_bound(int depth, bool expected) =>
        Assert.Equal(expected, MathExpression.TryCompute(new string('(', depth) + "7" + new string(')', depth), out _));

    [Fact]
    public void Hostile_text_has_no_value_in_no_time()
    {
        var time = System.Diagnostics.Stopwatch.StartNew();
        foreach (var text in HostileText.All.Append(string.Concat(Enumerable.Repeat("2^", 500))).Append(new string('-', 1023) + "1"))
            MathExpression.TryCompute(text, out _);

        Assert.False(MathExpression.TryCompute(new string('(', 100_000) + "1" + new string(')', 100_000), out _));
        Assert.InRange(time.ElapsedMilliseconds, 0, 2_000);
    }
}
