using Cohort.Reports;

namespace Cohort.Tests.Reports;

public class MarkupTests
{
    [Theory]
    [InlineData("<script>alert(\"x\" + 'y')</script>", "&lt;script&gt;alert(&quot;x&quot; + &#39;y&#39;)&lt;/script&gt;")]
    [InlineData("a & b &amp; c", "a &amp; b &amp;amp; c")]
    [InlineData("two\nlines\tand a tab", "two\nlines\tand a tab")]
    [InlineData("\0\u001b[31m\r\u007f\u0085", "[U+0000][U+001B][31m[U+000D][U+007F][U+0085]")]
    [InlineData("\u202eevil\u2066\u200f", "[U+202E]evil[U+2066][U+200F]")]
    [InlineData("\ufffe\ufdd0\ud83f\udfff", "[U+FFFE][U+FDD0][U+1FFFF]")]
    [InlineData("é 中 \ud83d\ude00 שלום", "é 中 \ud83d\ude00 שלום")]
    public void Text_in_a_hole_is_escaped(string text, string expected)
    {
        Markup markup = $"{text}";
        Assert.Equal(expected, markup.ToString());
    }

    [Fact]
    public void Half_of_a_surrogate_pair_becomes_a_replacement_character()
    {
        Markup markup = $"{"a\ud83d"}{"\ude00b"}";
        Assert.Equal("a\ufffd\ufffdb", markup.ToString());
    }

    [Fact]
    public void Markup_in_a_hole_stays_markup()
    {
        Markup inner = $"<b>{"<"}</b>";
        Markup outer = $"<p>{inner}{new[] { inner, inner }}</p>";
        Assert.Equal("<p><b>&lt;</b><b>&lt;</b><b>&lt;</b></p>", outer.ToString());
    }

    [Fact]
    public void Coordinates_have_one_decimal_and_a_point()
    {
        Markup markup = $"{12.345} {3.0} {-0.26} {7}";
        Assert.Equal("12.3 3 -0.3 7", markup.ToString());
    }

    [Theory]
    [InlineData(0.41236, "0.4124")]
    [InlineData(12.3456, "12.35")]
    [InlineData(0, "0")]
    [InlineData(-3, "−3")]
    [InlineData(1234567, "1 234 567")]
    [InlineData(4321.6, "4 322")]
    [InlineData(0.0003, "3e−4")]
    [InlineData(-2.5e15, "−2.5e15")]
    [InlineData(double.NaN, "–")]
    [InlineData(double.PositiveInfinity, "–")]
    public void Numbers_have_four_digits(double value, string expected) =>
        Assert.Equal(expected, NumberText.Of(value).Replace('\u202F', ' '));
}
