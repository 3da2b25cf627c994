namespace Cohort.Evaluation;

/// <summary>
/// Holm's correction for several tests (S. Holm, 1979, "A simple sequentially rejective multiple test procedure"): the probability that any true null
/// hypothesis is rejected is at most the level, however the tests depend on each other.
/// </summary>
public static class Holm
{
    /// <summary>p̃_(i) = max_{j ≤ i} min(1, (m - j + 1) p_(j)), for p_(1) ≤ ... ≤ p_(m): reject what is at most the level.</summary>
    /// <param name="pValues">In [0, 1]; a NaN is no test, stays NaN and does not count in m.</param>
    /// <returns>The adjusted p-values, in the order given.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A p-value is outside [0, 1].</exception>
    public static IReadOnlyList<double> Adjust(IReadOnlyList<double> pValues)
    {
        if (pValues.Any(p => p is < 0 or > 1))
            throw new ArgumentOutOfRangeException(nameof(pValues), pValues.First(p => p is < 0 or > 1), "A p-value must lie in [0, 1].");

        int[] order = [.. Enumerable.Range(0, pValues.Count).Where(i => !double.IsNaN(pValues[i])).OrderBy(i => pValues[i])];
        double[] adjusted = [.. Enumerable.Repeat(double.NaN, pValues.Count)];
        var largest = 0.0;
        for (var rank = 0; rank < order.Length; rank++)
        {
            largest = Math.Max(largest, Math.Min(1, (order.Length - rank) * pValues[order[rank]]));
            adjusted[order[rank]] = largest;
        }

        return adjusted;
    }
}
