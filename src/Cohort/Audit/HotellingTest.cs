using Cohort.Tensors;
using static TorchSharp.torch;

namespace Cohort.Audit;

/// <summary>Whether sampled gradients have a given mean: one statistic for all of their entries.</summary>
/// <param name="Statistic">T² = M (x̄ - μ)ᵀ S⁻¹ (x̄ - μ), for many samples a chi-square of as many degrees of freedom as entries.</param>
/// <param name="PValue">How often chance alone gives at least this.</param>
public readonly record struct HotellingTest(double Statistic, double PValue)
{
    /// <summary>Tests samples against a mean.</summary>
    /// <param name="samples">[M,d], M much larger than d.</param>
    /// <param name="mean">[d], μ; d even.</param>
    /// <exception cref="ArgumentOutOfRangeException">d is odd, or there are too few samples.</exception>
    /// <exception cref="ArgumentException">The samples have another number of entries.</exception>
    public static HotellingTest Of(Tensor samples, Tensor mean)
    {
        var (count, entries) = (samples.shape[0], samples.shape[1]);
        Guards.Require(entries % 2 == 0, entries, "the chi-square's tail is written out for an even number of degrees of freedom");
        Guards.Require(count >= 100 * entries, count, $"the chi-square needs at least {100 * entries} samples of {entries} numbers");
        using var scope = NewDisposeScope();
        Shapes.RequireSame(samples[0], mean);
        var centre = samples.mean([0]);
        var centred = samples - centre;
        var covariance = centred.t().matmul(centred) / (count - 1);
        var apart = (centre - mean).unsqueeze(1);
        var statistic = count * apart.mul(linalg.solve(covariance, apart)).sum().to_type(ScalarType.Float64).item<double>();
        return new(statistic, Tail(statistic, (int)entries));
    }

    /// <summary>P(χ² >= x) for an even number of degrees of freedom: exp(-x/2) Σ_{k &lt; degrees/2} (x/2)^k / k!.</summary>
    /// <param name="statistic">x, not negative.</param>
    /// <param name="degrees">Even.</param>
    internal static double Tail(double statistic, int degrees)
    {
        var (term, sum) = (1.0, 0.0);
        for (var k = 1; k <= degrees / 2; k++)
        {
            sum += term;
            term *= statistic / 2 / k;
        }

        return Math.Exp(-statistic / 2) * sum;
    }
}
