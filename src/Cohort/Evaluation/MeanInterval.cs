namespace Cohort.Evaluation;

/// <summary>Student's 95 % interval of a mean: x̄ ± t s/√n, with the sample deviation s and n - 1 degrees of freedom.</summary>
public static class MeanInterval
{
    /// <summary>The mean with its interval, which is NaN for a single value.</summary>
    /// <param name="values">Independent values.</param>
    public static Interval Of(IReadOnlyCollection<double> values)
    {
        if (values.Count < 2)
            return new(values.Count == 0 ? double.NaN : values.First(), double.NaN, double.NaN);

        var mean = values.Average();
        var variance = values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1);
        var half = Student.Quantile(0.975, values.Count - 1) * Math.Sqrt(variance / values.Count);
        return new(mean, mean - half, mean + half);
    }
}
