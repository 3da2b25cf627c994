using Cohort.Kernels;

namespace Cohort.Tests.Kernels;

public sealed class TokenKernelTests
{
    // Probabilities 0.1, 0.2, 0.3, 0.4.
    private static float[] Logits => [.. new[] { 0.1, 0.2, 0.3, 0.4 }.Select(p => (float)Math.Log(p) + 3)];

    [Theory]
    [InlineData(0.05, 0)]
    [InlineData(0.15, 1)]
    [InlineData(0.29, 1)]
    [InlineData(0.31, 2)]
    [InlineData(0.59, 2)]
    [InlineData(0.61, 3)]
    [InlineData(0.9999999, 3)]
    public void Token_is_where_the_cumulative_distribution_passes_the_number(double uniform, int expected)
    {
        var (token, logProb) = TokenKernel.Draw<Lanes8>(Logits, 1, uniform);
        Assert.Equal(expected, token);
        Assert.Equal(Math.Log(0.1 * (expected + 1)), logProb, 1e-6);
    }

    [Fact]
    public void Temperature_divides_the_logits()
    {
        // Probabilities in proportion to the squares, 1 : 4 : 9 : 16.
        var (token, logProb) = TokenKernel.Draw<Lanes4>(Logits, 0.5, 6 / 30.0);
        Assert.Equal(2, token);
        Assert.Equal(Math.Log(9 / 30.0), logProb, 1e-6);
    }

    [Fact]
    public void Temperature_0_takes_the_most_likely_token_with_its_probability_at_temperature_1()
    {
        var (token, logProb) = TokenKernel.Draw<Lanes16>(Logits, 0, 0.01);
        Assert.Equal(3, token);
        Assert.Equal(Math.Log(0.4), logProb, 1e-6);
    }

    [Fact]
    public void Frequencies_over_a_large_vocabulary_are_the_probabilities()
    {
        // 1,000 tokens over several chunks, of which every tenth is likely.
        float[] logits = [.. Enumerable.Range(0, 1000).Select(i => i % 10 == 3 ? 4f : 0f)];
        var likely = 100 * Math.Exp(4) / ((100 * Math.Exp(4)) + 900);
        var (random, hits) = (new Random(3), 0);
        for (var i = 0; i < 4000; i++)
            hits += TokenKernel.Draw<Lanes8>([.. logits], 1, random.NextDouble()).Token % 10 == 3 ? 1 : 0;

        Assert.Equal(likely, hits / 4000.0, 0.018); // three standard deviations
    }
}
