using Cohort.Parsing;

namespace Cohort.Tests.Parsing;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("it costs $1,234.50.", "1234.50", false)]
    [InlineData("3/4", "0.75", false)]
    [InlineData("so -3 / 4 kg", "-0.75", false)]
    [InlineData("3/-4", "-0.75", false)]
    [InlineData("\\frac{3}{4}", "0.75", false)]
    [InlineData("x = -\\dfrac{ 3 }{4}", "-0.75", false)]
    [InlineData("62.5\\% of it", "62.5", true)]
    [InlineData("62.5 %", "62.5", true)]
    [InlineData("\\frac{125}{2}\\%", "62.5", true)]
    [InlineData("5 m^2", "5", false)]
    [InlineData("5 m2", "5", false)]
    [InlineData("$12.5\\text{ cm}^{3}$.", "12.5", false)]
    [InlineData("9.8 m/s^2", "9.8", false)]
    [InlineData("\\frac{3}{4} \\mathrm{km}^2", "0.75", false)]
    [InlineData("1,234\\,\\text{m}^2", "1234", false)]
    [InlineData("5 m^4", "5", false)]
    [InlineData("The density is 7800 kg/m^3.", "7800", false)]
    [InlineData("$7800 \\mathrm{~kg} / \\mathrm{m}^{3}$", "7800", false)]
    [InlineData("9.8 m s^{-2}", "9.8", false)]
    [InlineData("9.8 m s^\u22122", "9.8", false)]
    [InlineData("9.8\\text{ m/s}^2", "9.8", false)]
    [InlineData("9.8 \\text{ m/s^2}", "9.8", false)]
    [InlineData("6 kg\\cdot m^2/s^2", "6", false)]
    [InlineData("$12 \\mathrm{~m}^{2}$", "12", false)]
    [InlineData("12\\text{ square tiles}^2", "12", false)]
    [InlineData("3 x^2", "", false)] // no unit
    [InlineData("the area in m^2", "", false)] // no number
    [InlineData("x^2", "", false)]
    [InlineData("2^{10}", "", false)]
    [InlineData("x^{n-2}", "", false)]
    [InlineData("2^{1/2}", "", false)]
    [InlineData("2^1/2", "", false)]
    [InlineData("2^\\frac12", "", false)]
    [InlineData("2^{\\frac{1}{2}}", "", false)]
    [InlineData("x^{2} = 7", "7", false)]
    [InlineData("1.5 \\times 10^8", "150000000", false)]
    [InlineData("about 3\\times 10^{8}", "300000000", false)]
    [InlineData("-2.5\\,\\cdot\\,10^{-2}\\%", "-0.025", true)]
    [InlineData("2 x 10^3 kg m^{-3}", "2000", false)]
    [InlineData("5*10^2", "500", false)]
    [InlineData("it is 10^3", "1000", false)]
    [InlineData("-10^3", "-1000", false)]
    [InlineData("1/2 \\times 10^3", "", false)]
    [InlineData("2 \\times 5 \\times 10^3", "", false)]
    [InlineData("3/10^2", "", false)]
    [InlineData("y10^2", "", false)]
    [InlineData("2y \\times 10^2", "", false)]
    [InlineData("2 \\times 110^2", "", false)]
    [InlineData("2 \\times 10^{3+x}", "", false)]
    [InlineData("2 \\times 10^{2.5}", "", false)]
    [InlineData("2 \\times 10^{99}", "", false)]
    [InlineData("2^{10^3}", "", false)]
    [InlineData("5 in 2", "2", false)]
    [InlineData("1 1/2", "1.5", false)]
    [InlineData("so -1 1/2 kg", "-1.5", false)]
    [InlineData("2\\frac{3}{4}", "2.75", false)]
    [InlineData("x = -2 \\dfrac{3}{4}", "-2.75", false)]
    [InlineData("12 1/2%", "12.5", true)]
    [InlineData("\\frac12", "0.5", false)]
    [InlineData("\\frac 34 kg", "0.75", false)]
    [InlineData("so -\\tfrac{3}2", "-1.5", false)]
    [InlineData("\\frac3{4}", "0.75", false)]
    [InlineData("2\\frac12\\%", "2.5", true)]
    [InlineData("\\frac{1{,}500}{4}", "375", false)]
    [InlineData("\\frac12 or 5", "5", false)]
    [InlineData("-$\\frac{3}{4}$", "-0.75", false)]
    [InlineData("-$3/4", "-0.75", false)]
    [InlineData("\\frac{3}{-4}", "-0.75", false)]
    [InlineData("\\frac123", "", false)]
    [InlineData("\\frac{3}24", "", false)]
    [InlineData("\\frac{3}{x}", "", false)]
    [InlineData("\\frac{\\pi}{4}", "", false)]
    [InlineData("\\frac{\\pi}4", "", false)]
    [InlineData("\\frac\\pi 4", "", false)]
    [InlineData("\\frac{x+3}{y}", "", false)]
    [InlineData("\\frac{1}{x+4}", "", false)]
    [InlineData("\\frac{1}{\\frac{2}{3}}", "", false)]
    [InlineData("\\frac{\\frac12}{3}", "", false)]
    [InlineData("\\frac{1}{4", "", false)]
    [InlineData("\\frac{1\nor 5", "5", false)] // not closed in its line
    [InlineData("x^{2\nor 5", "5", false)]
    [InlineData("\\frac12 \\times 10^3", "", false)]
    [InlineData("10,\\!000", "10000", false)]
    [InlineData("1\\,800 m^2", "1800", false)]
    [InlineData("1,500 1/4", "1500.25", false)]
    [InlineData("1 5/4", "1.25", false)] // no proper fraction
    [InlineData("1 -1/2", "-0.5", false)]
    [InlineData("1, 1/2", "0.5", false)]
    [InlineData("1  1/2", "0.5", false)]
    [InlineData("1.5 1/2", "0.5", false)]
    [InlineData("3/4 1/2", "0.5", false)]
    [InlineData("x^2\\frac{1}{2}", "0.5", false)]
    [InlineData("2\\cdot\\frac{1}{2}", "0.5", false)]
    [InlineData("2 5x/0.5", "0.5", false)]
    [InlineData("and/4", "4", false)]
    [InlineData("x}{4}", "", false)]
    [InlineData("3/0", "", false)]
    [InlineData("\\frac{3}{0}", "", false)]
    [InlineData("10/12/2024", "", false)]
    [InlineData("no number", "", false)]
    [InlineData("1e999", "", false)]
    public void Numbers_fractions_and_percentages_are_found(string text, string expected, bool isPercent)
    {
        var isFound = Quantity.TryFind(text, AnswerPlace.Any, out var quantity);
        Assert.Equal(expected != "", isFound);
        if (isFound)
            Assert.Equal(new Quantity(Rational.Of(decimal.Parse(expected, System.Globalization.CultureInfo.InvariantCulture)), isPercent), quantity);
    }

    [Theory]
    [InlineData(AnswerPlace.Any, 7)]
    [InlineData(AnswerPlace.Boxed, 7)]
    [InlineData(AnswerPlace.Hash, 8)]
    [InlineData(AnswerPlace.Last, 9)]
    public void The_number_is_found_where_it_is_looked_for(AnswerPlace place, int expected)
    {
        Assert.True(Quantity.TryFind("#### 5 \\boxed{6}\n\\boxed{x_{1} = 7} #### 8 kg\nor 9", place, out var quantity));
        Assert.Equal(Rational.Of(expected), quantity.Value);
    }

    [Theory]
    [InlineData(AnswerPlace.Boxed)]
    [InlineData(AnswerPlace.Hash)]
    public void Without_the_mark_that_is_asked_for_there_is_no_number(AnswerPlace place) =>
        Assert.False(Quantity.TryFind("the answer is 9", place, out _));

    [Fact]
    public void Hostile_text_takes_linear_time()
    {
        var boxes = string.Concat(Enumerable.Repeat("\\boxed{", 200_000));
        var time = System.Diagnostics.Stopwatch.StartNew();
        foreach (var text in HostileText.All.Append(boxes).Append(boxes + "5").Append(string.Concat(Enumerable.Repeat("1/", 500_000)))
            .Append(string.Concat(Enumerable.Repeat("1 1/2 m^", 100_000)) + "2").Append(new string('m', 1_000_000) + "2")
            .Append(string.Concat(Enumerable.Repeat("\\frac", 200_000)) + "{3}4").Append(string.Concat(Enumerable.Repeat("^{", 500_000)) + "2")
            .Append(string.Concat(Enumerable.Repeat("\\,000", 200_000))).Append(new string(' ', 1_000_000) + "\\times 10^3")
            .Append(string.Concat(Enumerable.Repeat("m s^{2} ", 100_000)) + "m^2"))
            Quantity.TryFind(text, AnswerPlace.Any, out _);

        Assert.InRange(time.ElapsedMilliseconds, 0, 2_000);
    }
}
