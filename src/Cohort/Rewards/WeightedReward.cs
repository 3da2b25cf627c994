namespace Cohort.Rewards;

/// <summary>One of a run's rewards.</summary>
/// <param name="Name">Its name in the run: in the score's parts and in metrics.</param>
/// <param name="Reward">What scores.</param>
/// <param name="Weight">Its factor in the sum; a reward of weight 0 is only measured, and its failures cost no completion its score.</param>
/// <param name="Deadline">Time for one call of an <see cref="IRewardFunction"/>.</param>
/// <param name="LargestUnscoredShare">The share of a step's completions to which it may give no score before the run stops, in (0, 1].</param>
public sealed record WeightedReward(string Name, IReward Reward, double Weight, TimeSpan Deadline, double LargestUnscoredShare = 1);
