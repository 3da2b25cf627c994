using Cohort.Training;

namespace Cohort.Tests.Training.Options;

public sealed class NearestTests
{
    [Theory]
    [InlineData("kitten", "sitting", 3)]
    [InlineData("flaw", "lawn", 2)]
    [InlineData("", "abc", 3)]
    [InlineData("abcd", "", 4)]
    [InlineData("steps", "steps", 0)]
    public void Distance_counts_letters_put_in_taken_out_or_replaced(string left, string right, int distance)
    {
        Assert.Equal(distance, Nearest.Distance(left, right));
        Assert.Equal(distance, Nearest.Distance(right, left));
    }

    [Theory]
    [InlineData("TEMPRATURE", new[] { "temperature" })]
    [InlineData("bets", new[] { "beta", "bits" })]
    [InlineData("kl", new[] { "k" })]
    [InlineData("batz", new string[0])]
    [InlineData("horizon", new string[0])]
    public void Only_near_names_are_found_and_of_them_the_nearest(string name, string[] near) =>
        Assert.Equal(near, Nearest.To(name, ["temperature", "beta", "bits", "betas1", "k"]));

    [Fact]
    public void Names_are_joined_as_in_speech()
    {
        Assert.Equal("", Nearest.Or([]));
        Assert.Equal("a", Nearest.Or(["a"]));
        Assert.Equal("a or b", Nearest.Or(["a", "b"]));
        Assert.Equal("a, b or c", Nearest.Or(["a", "b", "c"]));
    }
}
