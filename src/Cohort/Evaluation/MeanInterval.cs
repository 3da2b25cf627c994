namespace Cohort.Evaluation;

/// <summary>Student's 95 % interval of a mean: x̄ ± t s/√n, with the sample deviation s and n - 1 degrees of freedom.</summary>
public static class MeanInterval
{
    // The 97.5 % points for 1 to 4 degrees of freedom, where the expansion below is too coarse.
    private static readonly double[] FewDegrees = [12.706204736, 4.302652730, 3.182446305, 2.776445105];

    /// <summary>The mean with its interval, which is NaN for a single value.</summary>
    /// <param name="values">Independent values.</param>
    public static Interval Of(IReadOnlyCollection<double> values)
    {
        if (values.Count < 2)
            return new(values.Count == 0 ? double.NaN : values.First(), double.NaN, double.NaN);

        var mean = values.Average();
        var variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
        var half = Student975(values.Count - 1) * Math.Sqrt(variance / values.Count);
        return new(mean, mean - half, mean + half);
    }

    /// <summary>The 97.5 % point of Student's distribution, by expansion around the normal's (Abramowitz and Stegun, 26.7.5).</summary>
    /// <param name="degrees">Degrees of freedom, at least 1.</param>
    internal static double Student975(int degrees)
    {
        if (degrees <= FewDegrees.Length)
            return FewDegrees[degrees - 1];

        const double z = Interval.Normal975, z2 = z * z;
        double v = degrees;
        var first = z * (z2 + 1) / 4;
        var second = z * ((((5 * z2) + 16) * z2) + 3) / 96;
        var third = z * ((((((3 * z2) + 19) * z2) + 17) * z2) - 15) / 384;
        var fourth = z * ((((((((79 * z2) + 776) * z2) + 1482) * z2) - 1920) * z2) - 945) / 92160;
        return z + ((first + ((second + ((third + (fourth / v)) / v)) / v)) / v);
    }
}
