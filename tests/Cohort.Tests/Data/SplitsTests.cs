using Cohort.Data;

namespace Cohort.Tests.Data;

public sealed class SplitsTests
{
    [Fact]
    public void Hash_is_the_published_FNV_1a_with_the_published_finalizer()
    {
        // FNV-1a of "" and "a" are in the FNV authors' test vectors; the finalizer is applied here step by step.
        Assert.Equal(Finish(0xCBF29CE484222325), Splits.Hash(""));
        Assert.Equal(Finish(0xAF63DC4C8601EC8C), Splits.Hash("a"));
        Assert.Equal(Finish(0x85944171F73967E8), Splits.Hash("foobar"));
    }

    // Computed with another implementation, in Python.
    [Theory]
    [InlineData("31415926=", Split.Test)]
    [InlineData("3,7,12>22:", Split.Train)]
    [InlineData("15*51=", Split.Validation)]
    [InlineData("½ ü \uD83C\uDF89", Split.Test)]
    [InlineData("\uD800", Split.Train)]
    public void A_prompts_split_never_changes(string prompt, Split expected) => Assert.Equal(expected, Splits.Of(prompt));

    [Fact]
    public void Splits_are_80_10_10()
    {
        var counts = Enumerable.Range(0, 100_000).CountBy(number => Splits.Of($"{number}=")).ToDictionary();

        // Four standard deviations: 4 * sqrt(100,000 * 0.8 * 0.2) = 506, and 380 for 10 %.
        Assert.InRange(counts[Split.Train], 79_494, 80_506);
        Assert.InRange(counts[Split.Validation], 9_620, 10_380);
        Assert.InRange(counts[Split.Test], 9_620, 10_380);
    }

    private static ulong Finish(ulong hash)
    {
        hash ^= hash >> 33;
        hash *= 0xFF51AFD7ED558CCD;
        hash ^= hash >> 33;
        hash *= 0xC4CEB9FE1A85EC53;
        return hash ^ (hash >> 33);
    }
}
