using Cohort.Evaluation;

namespace Cohort.Tests.Evaluation;

public sealed class PassAtKTests
{
    [Theory]
    [InlineData(5, 2, 1, 0.4)] // c / n
    [InlineData(5, 2, 3, 0.9)] // 1 - C(3,3) / C(5,3) = 1 - 1/10
    [InlineData(10, 3, 4, 1 - (35.0 / 210))] // C(7,4) / C(10,4)
    [InlineData(6, 2, 5, 1.0)] // five of six samples cannot all fail
    [InlineData(8, 0, 2, 0.0)]
    public void It_matches_a_hand_computed_value(int samples, int passed, int k, double expected) =>
        Assert.Equal(expected, PassAtK.Of(samples, passed, k), 1e-12);

    // E over c ~ Binomial(n, p) of the estimate, all n + 1 outcomes enumerated, is the chance 1 - (1-p)^k itself.
    [Theory]
    [InlineData(7, 3, 0.23)]
    [InlineData(9, 8, 0.04)]
    [InlineData(6, 6, 0.61)]
    public void It_is_unbiased(int samples, int k, double p)
    {
        var (weight, mean) = (Math.Pow(1 - p, samples), 0.0);
        for (var passed = 0; passed <= samples; passed++)
        {
            mean += weight * PassAtK.Of(samples, passed, k);
            weight *= (samples - passed) / (passed + 1.0) * p / (1 - p);
        }

        Assert.Equal(1 - Math.Pow(1 - p, k), mean, 1e-12);
    }

    [Fact]
    public void Many_samples_do_not_overflow() => Assert.Equal(1 - Math.Pow(0.99, 100), PassAtK.Of(100_000, 1_000, 100), 1e-3);

    [Theory]
    [InlineData(3, 1, 4)]
    [InlineData(3, 4, 1)]
    [InlineData(3, -1, 1)]
    [InlineData(3, 1, 0)]
    public void Impossible_counts_are_refused(int samples, int passed, int k) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => PassAtK.Of(samples, passed, k));
}
