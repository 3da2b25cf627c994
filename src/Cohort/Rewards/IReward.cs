namespace Cohort.Rewards;

/// <summary>Something that scores completions: an <see cref="IRewardFunction"/> one by one, an <see cref="IBatchReward"/> a step's together.</summary>
public interface IReward
{
    /// <summary>The reward's name in messages.</summary>
    string Name { get; }
}
