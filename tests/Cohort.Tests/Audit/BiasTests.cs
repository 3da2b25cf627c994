using Cohort.Audit;
using Cohort.Losses;
using static TorchSharp.torch;

namespace Cohort.Tests.Audit;

public sealed class BiasTests
{
    // |g| = 5; ĝ = 0.6 g + 0.8 |g| sideways.
    private static readonly double[] Exact = [3, 4];
    private static readonly double[] Expected = [1.8 - 3.2, 2.4 + 2.4];

    [Fact]
    public void Measures_are_relative_to_the_exact_gradient()
    {
        var bias = Measure(new Claim.Biased("by hand"), Expected);
        Assert.Equal("mine", bias.Estimator);
        Assert.Equal(0.6, bias.Cosine, Tolerances.Float64);
        Assert.Equal(1, bias.RelativeNorm, Tolerances.Float64);
        Assert.Equal(0.6, bias.Projection, Tolerances.Float64);
        Assert.Equal(Math.Sqrt(0.16 + 0.64), bias.RelativeError, Tolerances.Float64);
        Assert.Equal(0.8, bias.Perpendicular, Tolerances.Float64);
        Assert.Equal(0.28, bias.Variance, Tolerances.Float64);
        Assert.Equal(double.PositiveInfinity, bias.Deviation);
    }

    [Fact]
    public void Deviation_is_from_what_is_claimed()
    {
        Assert.Equal(Math.Sqrt(0.64 + 0.01), Measure(new Claim.Multiple(0.5), Expected).Deviation, Tolerances.Float64);
        Assert.Equal(0, Measure(new Claim.Multiple(0.7), [2.1, 2.8]).Deviation, Tolerances.Float64);
        Assert.Equal(1, Measure(new Claim.Zero(), Expected).Deviation, Tolerances.Float64);
        var zero = Measure(new Claim.Zero(), [3e-13, 4e-13]);
        Assert.Equal(0, zero.Cosine);
        Assert.Equal(1e-13, zero.Deviation, 1e-20);
    }

    private static Bias Measure(Claim claim, double[] expected)
    {
        using var scope = NewDisposeScope();
        var estimator = new Estimator("mine", claim, 2, Reduction.FixedLength, _ => throw new InvalidOperationException());
        return Bias.Compare(estimator, tensor(expected), tensor(Exact), variance: 7);
    }
}
