namespace Cohort.Evaluation;

/// <summary>
/// The exact sign test of paired outcomes: whether more of them changed one way than the other. Of outcomes that are right or wrong it is McNemar's exact
/// test. It asks nothing of the outcomes' distribution, and is valid for few problems as for many.
/// </summary>
public static class SignTest
{
    /// <summary>p = P(X ≥ more) = Σ_{k ≥ more} C(n, k) / 2ⁿ, with n = more + fewer: outcomes that stayed equal say nothing.</summary>
    /// <param name="more">Outcomes that changed the way in question.</param>
    /// <param name="fewer">Outcomes that changed the other way.</param>
    /// <returns>The one-sided p-value, at most 1.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is below 0.</exception>
    public static double PValue(int more, int fewer)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(more);
        ArgumentOutOfRangeException.ThrowIfNegative(fewer);
        var count = more + fewer;
        var (log, sum) = (-count * Math.Log(2), 0.0); // log C(n, k) / 2ⁿ, for k = n and downwards
        for (var k = count; k >= more; k--)
        {
            sum += Math.Exp(log);
            log += Math.Log(k) - Math.Log(count - k + 1);
        }

        return Math.Min(sum, 1);
    }
}
