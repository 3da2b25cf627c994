using Cohort.Tensors;

namespace Cohort.Evaluation;

/// <summary>
/// The percentile bootstrap (B. Efron, 1979, "Bootstrap methods: another look at the jackknife"). Of few values it is too narrow: for the mean of 5 normal
/// values it holds the true mean in about 83 % of experiments, not 95. It serves bands around curves, and no conclusion.
/// </summary>
public static class Bootstrap
{
    /// <summary>The mean with the 2.5 and 97.5 % points of the means of resampled values.</summary>
    /// <param name="values">Independent finite values; of fewer than two the bounds are NaN.</param>
    /// <param name="seed">Of the resampling: the same seed gives the same interval.</param>
    /// <param name="resamples">How many times to resample, at least 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than 2 resamples.</exception>
    public static Interval Mean(IReadOnlyList<double> values, ulong seed, int resamples = 2000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 2);
        if (values.Count < 2)
            return new(values.Count == 0 ? double.NaN : values[0], double.NaN, double.NaN);

        var random = Seeds.Sequence(seed, Purpose.Resamples, step: 0, row: 0);
        var means = new double[resamples];
        for (var resample = 0; resample < resamples; resample++)
        {
            var sum = 0.0;
            for (var draw = 0; draw < values.Count; draw++)
                sum += values[random.Next(values.Count)];

            means[resample] = sum / values.Count;
        }

        Array.Sort(means);
        return new(values.Average(), Point(means, 0.025), Point(means, 0.975));
    }

    private static double Point(double[] sorted, double share)
    {
        var place = share * (sorted.Length - 1);
        var below = (int)place;
        return sorted[below] + ((place - below) * (sorted[Math.Min(below + 1, sorted.Length - 1)] - sorted[below]));
    }
}
