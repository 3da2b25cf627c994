using Cohort.Parsing;

namespace Cohort.Tests.Parsing;

public sealed class IsoDateTests
{
    [Theory]
    [InlineData("2024-02-29", 2024, 2, 29)]
    [InlineData("2000-02-29", 2000, 2, 29)]
    [InlineData("0001-01-02", 1, 1, 2)]
    [InlineData("9999-12-31", 9999, 12, 31)]
    public void A_date_of_the_calendar_is_read_and_written_alike(string text, int year, int month, int day)
    {
        Assert.True(IsoDate.TryParse(text, out var date));
        Assert.Equal(new DateOnly(year, month, day), date);
        Assert.Equal(text, IsoDate.Write(date));
    }

    [Theory]
    [InlineData("2023-02-29")]
    [InlineData("1900-02-29")]
    [InlineData("2024-13-01")]
    [InlineData("2024-00-01")]
    [InlineData("2024-04-31")]
    [InlineData("2024-04-00")]
    [InlineData("0000-04-01")]
    [InlineData("-001-04-01")]
    [InlineData("2024--4-01")]
    [InlineData("2024-04--1")]
    [InlineData("2024-4-01")]
    [InlineData("2024-04-1")]
    [InlineData("2024/04/01")]
    [InlineData("2024-04-01T")]
    [InlineData("2024-04-0\0")]
    [InlineData("2024-04-0１")]
    [InlineData("٢٠٢٤-٠٤-٠١")]
    public void What_the_calendar_or_the_form_does_not_have_is_no_date(string text) => Assert.False(IsoDate.TryParse(text, out _));

    [Fact]
    public void Hostile_text_is_no_date() => Assert.All(HostileText.All, text => Assert.False(IsoDate.TryParse(text, out _)));
}
