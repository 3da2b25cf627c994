namespace Cohort.Evaluation;

/// <summary>
/// Raises an alarm when a run's reward rises while a metric that it is not trained on falls: reward hacking. Each measurement is compared with the one in
/// which the metric was best so far, problem by problem, by two sign tests: that more problems have a higher reward than a lower one, and that more have
/// a lower metric than a higher one. Both must be significant at α / (i² (i + 1)), where i measurements came before. The best one is replaced by one
/// that has a higher mean on the problems that both scored, unless that one scored far fewer than another did, and by one that scored far more.
/// </summary>
/// <remarks>
/// Without divergence a pair of measurements passes both tests with at most the probability of passing the one whose null hypothesis is true. Whichever of
/// the i earlier measurements is taken for the best, and by whatever rule, the sum over all pairs is α Σ 1 / (i (i + 1)) ≤ α: over a whole run of any
/// length, and however measurements depend on each other, a false alarm has a probability of at most α. What is tested is how many problems change, not by
/// how much.
/// </remarks>
public sealed record DivergenceAlarm
{
    /// <summary>α, the largest probability of a false alarm in a whole run.</summary>
    public const double Level = 0.01;

    /// <summary>The share of <see cref="MostScored"/> that a measurement must have scored to be the best one.</summary>
    public const double FullShare = 0.8;

    /// <summary>Measurements taken.</summary>
    public int Measurements { get; init; }

    /// <summary>The step in which the metric was best; the first of several.</summary>
    public long BestStep { get; init; }

    /// <summary>Then, each problem's total score; NaN where it had none.</summary>
    public IReadOnlyList<double> BestRewards { get; init; } = [];

    /// <summary>Then, each problem's metric; NaN where it had none.</summary>
    public IReadOnlyList<double> BestMetrics { get; init; } = [];

    /// <summary>The largest number of problems that have a metric in one measurement.</summary>
    public int MostScored { get; init; }

    /// <summary>Whether the alarm was raised; it stays so.</summary>
    public bool IsRaised { get; init; }

    /// <summary>The alarm after one more measurement. One in which no problem has a metric is left out.</summary>
    /// <param name="step">When it was taken.</param>
    /// <param name="rewards">Each problem's total score; NaN where it has none.</param>
    /// <param name="metrics">Each problem's metric, in the same order; NaN where it has none.</param>
    /// <exception cref="ArgumentException">The problems are not as many as before.</exception>
    public DivergenceAlarm After(long step, IReadOnlyList<double> rewards, IReadOnlyList<double> metrics)
    {
        if (rewards.Count != metrics.Count || (Measurements > 0 && metrics.Count != BestMetrics.Count))
        {
            throw new ArgumentException(
                $"There are {rewards.Count} rewards and {metrics.Count} metrics, after {BestMetrics.Count}; give both for the same problems each time.",
                nameof(metrics));
        }

        if (!metrics.Any(double.IsFinite))
            return this;

        var most = Math.Max(MostScored, Scored(metrics));
        var next = this with { Measurements = Measurements + 1, MostScored = most, IsRaised = IsRaised || Diverges(rewards, metrics) };
        return Scored(BestMetrics) < FullShare * most || (Scored(metrics) >= FullShare * most && PairedGain(metrics) > 0)
            ? next with { BestStep = step, BestRewards = [.. rewards], BestMetrics = [.. metrics] }
            : next;
    }

    private bool Diverges(IReadOnlyList<double> rewards, IReadOnlyList<double> metrics)
    {
        if (Measurements == 0)
            return false;

        double before = Measurements;
        var level = Level / (before * before * (before + 1));
        return SignTest.PValue(Higher(BestRewards, rewards), Higher(rewards, BestRewards)) <= level
            && SignTest.PValue(Higher(metrics, BestMetrics), Higher(BestMetrics, metrics)) <= level;
    }

    // A comparison with NaN is false: what has no score on one side counts for neither.
    private static int Higher(IReadOnlyList<double> than, IReadOnlyList<double> values) => values.Zip(than).Count(pair => pair.First > pair.Second);

    // The sum over the problems that both scored, whose sign is that of the difference of their means.
    private double PairedGain(IReadOnlyList<double> metrics) =>
        metrics.Zip(BestMetrics, (now, best) => now - best).Where(double.IsFinite).Sum();

    private static int Scored(IReadOnlyList<double> metrics) => metrics.Count(double.IsFinite);
}
