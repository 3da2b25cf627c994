namespace Cohort.Evaluation;

/// <summary>
/// Wilson's 95 % interval of a proportion (E. B. Wilson, 1927, "Probable inference, the law of succession, and statistical inference"):
/// (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n). Unlike p ± z √(p(1-p)/n) it is sound near 0 and 1 and for few trials.
/// </summary>
public static class ProportionInterval
{
    /// <summary>The proportion of successes with its interval.</summary>
    /// <param name="successes">In [0, trials].</param>
    /// <param name="trials">Independent trials; where there are none, all three numbers are NaN.</param>
    /// <exception cref="ArgumentOutOfRangeException">A count is negative, or there are more successes than trials.</exception>
    public static Interval Of(int successes, int trials)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trials);
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (trials == 0)
            return new(double.NaN, double.NaN, double.NaN);

        const double z2 = Interval.Normal975 * Interval.Normal975;
        double n = trials, p = successes / n;
        var centre = (p + (z2 / (2 * n))) / (1 + (z2 / n));
        var half = Interval.Normal975 / (1 + (z2 / n)) * Math.Sqrt((p * (1 - p) / n) + (z2 / (4 * n * n)));
        return new(p, Math.Max(0, centre - half), Math.Min(1, centre + half));
    }
}
