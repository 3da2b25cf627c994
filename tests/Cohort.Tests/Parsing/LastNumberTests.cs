using Cohort.Parsing;
using FsCheck;
using FsCheck.Fluent;

namespace Cohort.Tests.Parsing;

public sealed class LastNumberTests
{
    [Theory]
    [InlineData("The answer is 1,234.", 1234)]
    [InlineData("17 + 1,217 = 1,234. Done!", 1234)]
    [InlineData("#### 18", 18)]
    [InlineData("\\boxed{72}", 72)]
    [InlineData("$3.50 a piece", 3.5)]
    [InlineData("it is -5", -5)]
    [InlineData("it is −5 degrees", -5)]
    [InlineData("(-5)", -5)]
    [InlineData("7-5", 5)]
    [InlineData("(2)-5", 5)]
    [InlineData("pages 3-7", 7)]
    [InlineData("7 - 5", 5)]
    [InlineData("1,2,3", 3)]
    [InlineData("1,234,56", 56)]
    [InlineData("1.2.3", 2.3)]
    [InlineData("no.5", 5)]
    [InlineData("it is...5", 5)]
    [InlineData("about .5", 0.5)]
    [InlineData("50%", 50)]
    [InlineData("5🎉", 5)]
    [InlineData("5, then.", 5)]
    [InlineData("٣ or 4", 4)]
    [InlineData("10,\\!000", 10_000)]
    [InlineData("it is 1{,}234{,}567.50", 1_234_567.5)]
    [InlineData("1\\,800", 1_800)]
    [InlineData("-12,\\!500", -12_500)]
    [InlineData("f(2\\,40)", 40)] // no thousands
    [InlineData("1\\,2345", 2_345)]
    [InlineData("x{,}800", 800)]
    [InlineData("-$5", -5)]
    [InlineData("it lost -\\$3.50", -3.5)]
    [InlineData("\u2212\u20AC5", -5)]
    [InlineData("-\u00A35", -5)]
    [InlineData("$-5", -5)]
    [InlineData("pages 7-$5", 5)]
    [InlineData("pages $7$-$5$", 5)]
    public void The_last_number_is_found(string text, double expected)
    {
        Assert.True(LastNumber.TryFind(text, out var value));
        Assert.Equal((decimal)expected, value);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no number")]
    [InlineData("1e999")]
    [InlineData("1.5E-7")]
    [InlineData("2.e+10")]
    [InlineData("5²")]
    [InlineData("5٣")]
    [InlineData("٣5")]
    [InlineData("5𝟛")]
    [InlineData("𝟛5")]
    [InlineData("7 but 99999999999999999999999999999999")]
    [InlineData("1234567890123456789012345678.12")]
    [InlineData("0.12345678901234567890123456789012345678901234567890,12")]
    public void Where_the_last_digits_are_no_decimal_there_is_none(string text)
    {
        Assert.False(LastNumber.TryFind(text, out var value));
        Assert.Equal(0, value);
    }

    [Fact]
    public void Hostile_text_takes_linear_time()
    {
        var time = System.Diagnostics.Stopwatch.StartNew();
        foreach (var text in HostileText.All)
            LastNumber.TryFind(text, out _);

        Assert.InRange(time.ElapsedMilliseconds, 0, 2_000);
    }

    [Fact]
    public void Text_without_digits_around_a_number_changes_nothing()
    {
        Prop.ForAll<int, int>((number, place) =>
        {
            string[] frames =
                ["{0}", "It is {0}.", "\n\n{0}\n", "x = {0}, so there", "**{0}**", "${0}$", "(({0}))", "\u202E{0}", "\uD800{0}\0"];
            var text = string.Format(frames[(uint)place % frames.Length], number);
            return LastNumber.TryFind(text, out var value) && value == number;
        }).QuickCheckThrowOnFailure();
    }
}
