using Cohort.Data;
using Cohort.Rewards;
using Cohort.Telemetry;

namespace Cohort.Training;

/// <summary>
/// The shares of completions to which a run's rewards may give no score. What exceeds them ends the run before any mean is formed of the few that are left.
/// </summary>
/// <param name="rewards">The rewards, each with its own limit.</param>
/// <param name="together">The limit of the score that they make together.</param>
internal sealed class ScoreLimits(RewardSet rewards, double together)
{
    /// <summary>Refuses scores of which too many are missing.</summary>
    /// <param name="what">What was scored, such as "completions".</param>
    /// <param name="scores">One per completion, with a verdict of each reward.</param>
    /// <exception cref="TrainingException">A limit is passed; says whose, and the most frequent reasons.</exception>
    public void Require(string what, IReadOnlyList<Score> scores)
    {
        Require("The rewards together", what, scores, together);
        foreach (var (index, reward) in rewards.Rewards.Index())
            Require(Name(reward), what, [.. scores.Select(score => score.Verdicts[index].Score)], reward.LargestUnscoredShare);
    }

    /// <summary>What a user should know of scores that are missing, within the limits; empty where there are all.</summary>
    /// <param name="scores">Those of one step.</param>
    public static string Notice(IReadOnlyList<Score> scores) => scores.OfType<Unscored>().ToArray() is { Length: > 0 } unscored
        ? $"{unscored.Length} of {scores.Count} completions ({(double)unscored.Length / scores.Count:P0}) have no score, and are left out of the loss: "
            + $"{Reasons(unscored, 1)}. It is said once; the metric {MetricNames.Unscored} has each step's share."
        : "";

    /// <summary>How messages call a reward.</summary>
    internal static string Name(WeightedReward reward) => reward.Name.StartsWith(MetricNames.ValidationMetricPrefix, StringComparison.Ordinal)
        ? $"The metric {reward.Name[MetricNames.ValidationMetricPrefix.Length..]}"
        : $"The reward {reward.Name}";

    /// <summary>A message that ends the run.</summary>
    /// <param name="missing">What is missing, as a sentence without its end.</param>
    /// <param name="unscored">The scores that are missing.</param>
    internal static TrainingException Failure(string missing, IReadOnlyList<Unscored> unscored) =>
        new($"{missing}: {Reasons(unscored, 3)}. Mend the reward, or raise its largestUnscoredShare or deadlineSeconds.");

    private static void Require(string who, string what, IReadOnlyList<Score> scores, double limit)
    {
        var unscored = scores.OfType<Unscored>().ToArray();
        var share = (double)unscored.Length / scores.Count;
        if (share > limit)
            throw Failure($"{who} gave no score to {unscored.Length} of {scores.Count} {what} ({share:P0}, the limit is {limit:P0})", unscored);
    }

    private static string Reasons(IReadOnlyList<Unscored> unscored, int most) => string.Join(
        "; ",
        unscored.GroupBy(score => score.Reason).OrderByDescending(same => same.Count()).Take(most)
            .Select(same => $"{same.Count()} x {same.Key.TrimEnd('.')}"));
}
