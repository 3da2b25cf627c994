using System.Text;
using Cohort.Tokenization;

namespace Cohort.Tests.Tokenization;

public sealed class UnicodeNormalizationTests
{
    // From UAX #15's figures and the definitions of Hangul syllables.
    [Theory]
    [InlineData("é", "é", "e\u0301", "é", "e\u0301")]
    [InlineData("e\u0301", "é", "e\u0301", "é", "e\u0301")]
    [InlineData("\u212B", "Å", "A\u030A", "Å", "A\u030A")] // the ångström sign is the letter
    [InlineData("\u1E9B\u0323", "\u1E9B\u0323", "\u017F\u0323\u0307", "\u1E69", "s\u0323\u0307")]
    [InlineData("ﬁ²", "ﬁ²", "ﬁ²", "fi2", "fi2")]
    [InlineData("각", "각", "\u1100\u1161\u11A8", "각", "\u1100\u1161\u11A8")]
    [InlineData("a\u0315\u0300\u05AE\u0062", "\u00E0\u05AE\u0315b", "a\u05AE\u0300\u0315b", "\u00E0\u05AE\u0315b", "a\u05AE\u0300\u0315b")]
    [InlineData("𝐀", "𝐀", "𝐀", "A", "A")]
    [InlineData("plain text", "plain text", "plain text", "plain text", "plain text")]
    public void Forms_are_those_of_the_standard(string text, string c, string d, string kc, string kd)
    {
        Assert.Equal(c, UnicodeNormalization.Normalize(text, NormalizationForm.FormC));
        Assert.Equal(d, UnicodeNormalization.Normalize(text, NormalizationForm.FormD));
        Assert.Equal(kc, UnicodeNormalization.Normalize(text, NormalizationForm.FormKC));
        Assert.Equal(kd, UnicodeNormalization.Normalize(text, NormalizationForm.FormKD));
    }

    // The reason for tables of our own: the framework's does nothing under invariant globalization.
    [Fact]
    public void Framework_leaves_text_as_it_is() => Assert.Equal("e\u0301", "e\u0301".Normalize(NormalizationForm.FormC));

    [Fact]
    public void Long_run_of_combining_characters_is_ordered_in_time()
    {
        var text = "a" + string.Concat(Enumerable.Repeat("\u0301\u0323", 200_000));
        var normalized = UnicodeNormalization.Normalize(text, NormalizationForm.FormD);
        Assert.Equal(new string('\u0323', 200_000), normalized[1..200_001]);
        Assert.Equal(new string('\u0301', 200_000), normalized[200_001..]);
    }
}
