namespace Cohort.Evaluation;

/// <summary>
/// How much better one policy answers than another, measured on the same problems: the mean of the differences per problem with Student's
/// 95 % interval. What makes a problem easy or hard for both is left out, so the interval is narrower than those of the two rates suggest.
/// </summary>
public static class PairedDifference
{
    /// <summary>Mean of <paramref name="after"/> - <paramref name="before"/>.</summary>
    /// <param name="before">An outcome per problem: 0 or 1, or a share of samples that pass; NaN where there is no score.</param>
    /// <param name="after">The same problems in the same order; pairs with a NaN are left out.</param>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public static Interval Of(IReadOnlyList<double> before, IReadOnlyList<double> after)
    {
        if (before.Count != after.Count)
            throw new ArgumentException($"{before.Count} outcomes before and {after.Count} after are not pairs.", nameof(after));

        return MeanInterval.Of([.. before.Zip(after, (b, a) => a - b).Where(double.IsFinite)]);
    }
}
