using Cohort.Data;

namespace Cohort.Rewards;

/// <summary>Something that scores completions: an <see cref="IRewardFunction"/> one by one, an <see cref="IBatchReward"/> a step's together.</summary>
public interface IReward
{
    /// <summary>The reward's name in messages.</summary>
    string Name { get; }

    /// <summary>
    /// The answer that the reward reads in a completion, in one form for all ways to write it, so that completions can vote for it (maj@k); empty where it
    /// reads none. Without a form of its own, the text between its white space.
    /// </summary>
    /// <param name="completion">Model-written, of any length and content.</param>
    string AnswerOf(Completion completion) => completion.Text.Trim();
}
