using Cohort.Cli.Terminals;

namespace Cohort.Tests.Cli.Terminals;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("\u001b[2J\u001b]0;title\u0007x", @"\u001b[2J\u001b]0;title\u0007x")]
    [InlineData("\u009b31mred", @"\u009b31mred")] // CSI as one character
    [InlineData("a\rb\tc\0", @"a\u000db\u0009c\u0000")]
    [InlineData("a\u202eb\u200bc\u2028d", @"a\u202eb\u200bc\u2028d")] // right-to-left, no width, line separator
    [InlineData("\udb40\udc41 tag", @"\udb40\udc41 tag")]
    [InlineData("grün 😀 數 [b]", "grün 😀 數 [b]")]
    public void What_a_terminal_would_obey_is_shown_as_its_code(string text, string expected) =>
        Assert.Equal(expected, SafeText.Lines(text));

    [Fact]
    public void Half_a_surrogate_pair_is_shown_as_its_code() =>
        Assert.Equal(@"half \ud83d pair", SafeText.Lines("half " + (char)0xd83d + " pair"));

    [Fact]
    public void Line_ends_stay_or_are_shown()
    {
        Assert.Equal("a\nb", SafeText.Lines("a\nb"));
        Assert.Equal(@"a\nb", SafeText.Line("a\nb"));
    }

    [Fact]
    public void Brackets_are_no_markup() => Assert.Equal(@"[[red]]\u001b[[0m", SafeText.InMarkup("[red]\u001b[0m"));

    [Theory]
    [InlineData("seven", 5, "seven")]
    [InlineData("eight!", 5, "eigh…")]
    [InlineData("數學數學", 8, "數學數學")]
    [InlineData("數學數學", 7, "數學數…")]
    [InlineData("數學數學", 6, "數學…")] // a wide character is not halved
    [InlineData("a\u0301\u0301\u0301\u0301", 3, "a\u0301…")] // marks without a width count too
    [InlineData("\u001b[31m", 6, @"\u001…")]
    public void A_cut_line_has_at_most_its_width(string text, int width, string expected) => Assert.Equal(expected, SafeText.Cut(text, width));
}
