using Cohort.Tokenization;

namespace Cohort.Tests.Tokenization;

public sealed class RegexPatternTests
{
    [Theory]
    [InlineData(@"\p{N}{1,3}+", "12345a", "12345|a")] // the sign repeats the interval
    [InlineData(@"a++b", "aab", "aab")]
    [InlineData(@"^a|b$", "xa\nabb\nb", "xa\n|a|b|b|\n|b")] // lines
    [InlineData(@"(?i:'s)", "x'ſ'S", "x|'ſ|'S")]
    [InlineData(@"\p{L}+", "a𝐀漢1𐍈", "a𝐀漢|1|𐍈")] // letters beyond U+FFFF
    [InlineData(@"\w+", "½a-Ⓐ🄰", "½a|-|Ⓐ🄰")]
    [InlineData(@"[\w]+", "½a", "½|a")]
    [InlineData(@"\h+", "xfg", "x|f|g")]
    [InlineData(@"(?m:a.b)", "a\nbc", "a\nb|c")]
    [InlineData(@"a{,2}b", "aaab", "a|aab")]
    [InlineData(@"[]a]+", "xa]", "x|a]")]
    [InlineData(@"\p{^Lu}+", "aB", "a|B")]
    [InlineData(@"\p{Uppercase_Letter}", "aB", "a|B")]
    public void Parts_are_those_of_the_reference(string pattern, string text, string parts) =>
        Assert.Equal(parts, string.Join('|', new RegexPattern(pattern).Parts(text).Select(part => text[part.Start..part.End])));

    [Theory]
    [InlineData(@"\p{Han}", "'\\p{Han}'")]
    [InlineData("[a&&b]", "'&&' in a class")]
    [InlineData("[[:alpha:]]", "a class in a class")]
    [InlineData(@"\K", "'\\K'")]
    [InlineData("(?<name>a)", "the group '(?<n'")]
    [InlineData("a{2}?", "'{n}?'")]
    [InlineData("a**", "a repetition of a repetition")]
    [InlineData("😀", "a character beyond U+FFFF")]
    [InlineData("(a", "'(' without ')'")]
    [InlineData("a)", "')' without '('")]
    [InlineData("[a", "'[' without ']'")]
    [InlineData("a\\", "'\\' at the end")]
    public void What_is_not_mapped_is_refused_by_name(string pattern, string name) =>
        Assert.Equal(
            $"the regular expression '{pattern}' has {name}, which is not supported",
            Assert.Throws<TokenizationException>(() => new RegexPattern(pattern)).Message);
}
