using MathNet.Numerics.Distributions;

namespace Cohort.Evaluation;

/// <summary>Student's t distribution with any positive number of degrees of freedom, fractions too.</summary>
internal static class Student
{
    /// <summary>t with P(T ≤ t) = <paramref name="probability"/>, through the beta distribution: T² / (T² + ν) is Beta(1/2, ν/2).</summary>
    /// <param name="probability">In (0, 1).</param>
    /// <param name="degrees">ν > 0.</param>
    public static double Quantile(double probability, double degrees)
    {
        var outside = 2 * Math.Min(probability, 1 - probability);
        var share = Beta.InvCDF(degrees / 2, 0.5, outside); // ν / (T² + ν)
        return Math.Sign(probability - 0.5) * Math.Sqrt(degrees * (1 - share) / share);
    }

    /// <summary>P(|T| ≥ |t|), the two-sided p-value.</summary>
    /// <param name="t">The statistic.</param>
    /// <param name="degrees">ν > 0.</param>
    public static double TwoSided(double t, double degrees) => Beta.CDF(degrees / 2, 0.5, degrees / (degrees + (t * t)));
}
