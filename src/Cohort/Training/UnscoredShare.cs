using Cohort.Data;

namespace Cohort.Training;

/// <summary>The share of completions that a reward gave no score, and its limit (<see cref="RewardOptions.LargestUnscoredShare"/>).</summary>
internal static class UnscoredShare
{
    /// <summary>Requires that enough completions have a score.</summary>
    /// <param name="who">What scored them, to begin the message with.</param>
    /// <param name="scores">Its scores.</param>
    /// <param name="limit">The largest share without one.</param>
    /// <exception cref="TrainingException">The share is larger; the message gives the most frequent reasons.</exception>
    public static void Require(string who, IReadOnlyList<Score> scores, double limit)
    {
        var unscored = scores.OfType<Unscored>().ToArray();
        var share = (double)unscored.Length / scores.Count;
        if (share > limit)
        {
            var reasons = string.Join("; ", unscored.GroupBy(score => score.Reason).OrderByDescending(same => same.Count()).Take(3)
                .Select(same => $"{same.Count()} x {same.Key}"));
            throw new TrainingException(
                $"{who} gave no score to {unscored.Length} of {scores.Count} completions ({share:P0}, the limit is {limit:P0}): {reasons}. Mend the reward, "
                + "or raise its largestUnscoredShare or deadlineSeconds.");
        }
    }
}
