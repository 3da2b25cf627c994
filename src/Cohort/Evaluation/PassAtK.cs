namespace Cohort.Evaluation;

/// <summary>
/// pass@k, the chance that at least one of k samples of a problem passes, estimated without bias from n ≥ k samples of which c pass
/// (arXiv:2107.03374, eq. 1): 1 - C(n-c, k) / C(n, k).
/// </summary>
public static class PassAtK
{
    /// <summary>The estimate for one problem, as the paper's product 1 - Π_{i=n-c+1..n} (1 - k/i), in which nothing overflows.</summary>
    /// <param name="samples">n, at least k.</param>
    /// <param name="passed">c, in [0, n].</param>
    /// <param name="k">At least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static double Of(int samples, int passed, int k)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, k);
        ArgumentOutOfRangeException.ThrowIfNegative(passed);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(passed, samples);
        if (samples - passed < k)
            return 1;

        var allFail = 1.0;
        for (var i = samples - passed + 1; i <= samples; i++)
            allFail *= 1 - ((double)k / i);

        return 1 - allFail;
    }
}
