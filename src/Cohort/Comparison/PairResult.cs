using System.Text.Json.Serialization;
using Cohort.Evaluation;

namespace Cohort.Comparison;

/// <summary>A contender against the baseline of the same task and arm: same seeds, same problems.</summary>
public sealed record PairResult
{
    /// <summary>Who is compared.</summary>
    public required string Contender { get; init; }

    /// <summary>With whom.</summary>
    public required string Baseline { get; init; }

    /// <summary>Sampled pass@1 at the end of the token budget: the result. Its p-value is corrected.</summary>
    [JsonPropertyName("pass_at_1")]
    public required DifferenceResult PassAt1 { get; init; }

    /// <summary>Greedy answers at the end of the token budget.</summary>
    public required DifferenceResult Greedy { get; init; }

    /// <summary>Sampled pass@1 where each seed's two curves end at the time of the one that needed less.</summary>
    [JsonPropertyName("pass_at_1_at_equal_time")]
    public required DifferenceResult PassAt1AtEqualTime { get; init; }

    /// <summary>Greedy answers there.</summary>
    public required DifferenceResult GreedyAtEqualTime { get; init; }

    /// <summary>What may be concluded from <see cref="PassAt1"/>.</summary>
    public required Conclusion Conclusion { get; init; }

    /// <summary>That in a sentence.</summary>
    public required string Sentence { get; init; }
}

/// <summary>What a difference allows to say, at 5 % over all comparisons together.</summary>
public enum Conclusion
{
    /// <summary>No seed has both contenders.</summary>
    NotMeasured,

    /// <summary>One seed says nothing about others.</summary>
    OneSeed,

    /// <summary>Nothing yet.</summary>
    Open,

    /// <summary>The contender is better than the baseline.</summary>
    Better,

    /// <summary>The contender is worse than the baseline.</summary>
    Worse,
}

/// <summary>A paired difference, contender minus baseline, as a share of the problems.</summary>
/// <param name="Interval">The mean with its 95 % interval, over seeds and problems (<see cref="SeedProblemDifference"/>).</param>
/// <param name="StandardError">Of the mean.</param>
/// <param name="Degrees">Of freedom.</param>
/// <param name="PValue">Two-sided.</param>
/// <param name="AdjustedPValue">By Holm, over all comparisons; NaN where the difference is not one of them.</param>
/// <param name="Seeds">Seeds that both contenders have.</param>
/// <param name="Problems">Problems of each.</param>
/// <param name="SeedsNeeded">
/// Seeds in all with which a difference as large as this one would be told from 0 in four of five comparisons, by itself; 0 where that cannot be said, and
/// <see cref="SeedProblemDifference.MaximumSeeds"/> where no number of seeds would do.
/// </param>
/// <param name="SmallestDifference">What as many seeds as there are would tell from 0 in four of five comparisons; NaN where that cannot be said.</param>
public sealed record DifferenceResult(
    Interval Interval,
    double StandardError,
    double Degrees,
    double PValue,
    double AdjustedPValue,
    int Seeds,
    int Problems,
    int SeedsNeeded,
    double SmallestDifference)
{
    /// <summary>No seed has both contenders.</summary>
    public static DifferenceResult None { get; } =
        new(new(double.NaN, double.NaN, double.NaN), double.NaN, double.NaN, double.NaN, double.NaN, 0, 0, 0, double.NaN);
}
